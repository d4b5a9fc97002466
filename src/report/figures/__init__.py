"""The figures of a page. Each module draws one: draw(view) returns it, or None where the results
have nothing for it.
"""
