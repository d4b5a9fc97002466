"""What the script benchmarks/compare runs."""

import sys

from .summary import main

sys.exit(main("benchmarks/compare"))
