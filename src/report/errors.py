"""What stops a report."""


class ReportError(Exception):
    """A sentence for the user: what is wrong, and what to do."""
