"""The version of paceline that the page is part of; a test holds it against the programs'."""

VERSION = "0.1.0"
