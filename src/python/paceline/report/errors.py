"""The error that ends paceline_report."""


class ReportError(Exception):
    """An error message for the user: the fact, then the remedy."""
