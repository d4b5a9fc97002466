"""The figures of a page, one per module. draw(view) returns the figure, or None if the results have
no data for it.
"""
