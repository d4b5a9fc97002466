"""Draws a terminal's text with its colours."""

import io
import math

import chromium

# Of DejaVu Sans Mono, in pixels of CSS.
FONT_SIZE, CHARACTER_WIDTH, LINE_HEIGHT = 14, 14 * 0.602, 17
PADDING = 14
# Rich replaces the names in braces.
PAGE = f"""<!DOCTYPE html>
<meta charset="utf-8">
<body style="margin: {PADDING}px; color: {{foreground}}; background: {{background}}">
<pre style="margin: 0; font: {FONT_SIZE}px/{LINE_HEIGHT}px 'DejaVu Sans Mono', monospace">
{{code}}</pre>
"""


def draw(lines, png, *, columns, scratch):
    """Draws lines with escape sequences. `scratch` is a folder for the page."""
    from rich.console import Console
    from rich.terminal_theme import MONOKAI
    from rich.text import Text
    console = Console(record=True, width=columns, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi("\n".join(lines)), soft_wrap=True)
    page = scratch / "terminal.html"
    page.write_text(console.export_html(theme=MONOKAI, code_format=PAGE, inline_styles=True))
    chromium.screenshot(page, png, width=math.ceil(columns * CHARACTER_WIDTH) + 2 * PADDING,
                        height=len(lines) * LINE_HEIGHT + 2 * PADDING, scale=2)
