"""Prints Markdown tables."""


def print_table(head, rows):
    """`head`: the titles. `rows`: the cells of each row, as text."""
    print(f"| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print(f"| {' | '.join(row)} |")
    print(flush=True)
