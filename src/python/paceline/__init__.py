"""paceline measures rate-limited HTTP and LLM APIs at the rate you set.

    import paceline

    result = paceline.run(url="https://api.openai.com/v1", model="gpt-4o-mini", rpm=[60, 600],
                          parallel=100, requests=600)
    for row in result.rows:
        print(row.rpm_asked, row.rpm, row.verdict, result.percentiles[row.name]["p99"])

run() starts the program `paceline` and returns a Result. Importing this package loads no other
package than the standard library.
"""

from .errors import Error, Interrupted
from .report.version import VERSION as __version__
from .result import Result, Row
from .running import run
from .timeline import Timeline

__all__ = ["Error", "Interrupted", "Result", "Row", "Timeline", "__version__", "run"]
