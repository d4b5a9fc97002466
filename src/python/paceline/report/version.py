"""The version of paceline. A test compares it with the version of the programs."""

VERSION = "0.1.0"
