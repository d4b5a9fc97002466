"""Prints Markdown tables."""

import statistics


def median_text(values, form="{:,.0f}"):
    """The median and the range of values; the range is left out if it is a single text."""
    median, low, high = (form.format(value) for value in
                         (statistics.median(values), min(values), max(values)))
    return median if low == high else f"{median} ({low} to {high})"


def print_table(head, rows):
    """`head`: the titles. `rows`: the cells of each row, as text."""
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(flush=True)
