"""Formats numbers and text for readers."""

import unicodedata

UNITS = {"s": 1, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}


def significant(value, digits):
    """Plain notation with `digits` significant digits: 0.0512, 51.2, 5120."""
    if value == 0:
        return "0"
    text = f"{value:#.{digits}g}"
    if "e" in text:
        return f"{float(text):,.0f}"
    return text.rstrip(".")


def time_text(seconds, digits=3):
    for name, size in UNITS.items():
        # A value that rounds up to 1000 belongs to the next larger unit.
        if float(f"{seconds / size:.{digits}g}") >= 1 or name == "ns":
            return f"{significant(seconds / size, digits)} {name}"
    raise AssertionError("a nanosecond is the smallest unit")


def optional_time_text(seconds):
    return "" if seconds is None else time_text(seconds)


def number_text(value):
    """Whole and large numbers with commas; others with up to three significant digits."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def rate_text(rpm):
    """The rate asked for; 0 is unpaced."""
    return f"{number_text(rpm)} rpm" if rpm else "unpaced"


def share_text(share):
    """A percentage. Only a share of 1 gives 100%, and only a share of 0 gives 0%."""
    percent = 100 * share
    if 0 < percent < 0.01:
        return "<0.01%"
    if 99.95 <= percent < 100:
        return "99.9%"
    return f"{percent:.3g}%" if percent < 99 else f"{percent:.1f}%".replace(".0%", "%")


# Why responses ended, by counter.
FINISHES = {"finish_length": "length", "finish_tool_calls": "tool calls",
            "finish_content_filter": "content filter", "finish_other": "other reasons"}


def count_text(count, noun):
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


# Characters that change the direction of the text around them.
BIDI = {*"\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"}
# Control characters, lone surrogates, and separators of lines and paragraphs.
HARMFUL = {"Cc", "Cs", "Zl", "Zp"}


def harmless(text):
    """Escapes characters in a text from outside that would control a terminal or a page, such as
    \\x1b.
    """
    if text.isprintable():
        return text
    return "".join(
        letter.encode("unicode_escape").decode()
        if letter in BIDI or unicodedata.category(letter) in HARMFUL else letter for letter in text)


def shortened(text, most):
    """The text, cut in its middle to at most `most` characters."""
    if len(text) <= most:
        return text
    tail = most // 3
    return f"{text[:most - tail - 1]}…{text[-tail:]}"


def list_text(parts):
    parts = list(parts)
    if len(parts) < 2:
        return "".join(parts)
    return ", ".join(parts[:-1]) + " and " + parts[-1]
