"""Colours for the light and the dark scheme.

Figures are drawn with stand-in colours, which become CSS variables in the SVG, so one drawing serves
both schemes. Ramps change evenly in lightness, and series differ in lightness, so both stay distinct
for colour-blind readers and in grey print. No figure relies on colour alone.
"""

from pathlib import Path

# name: (light, dark)
COLOURS = {
    "surface": ("#ffffff", "#15191e"),
    "ink": ("#1c232b", "#e7eaee"),
    "muted": ("#5c6773", "#9aa5b1"),
    "grid": ("#e3e7eb", "#2b323a"),
    "accent": ("#0b63a8", "#6db8f2"),
    "alarm": ("#b3401a", "#ff9d73"),
    # Results side by side.
    "series0": ("#0b63a8", "#5cb0f0"),
    "series1": ("#d1660b", "#ffb454"),
    "series2": ("#0a8a6a", "#43cfa5"),
    "series3": ("#a2407f", "#ec9ccb"),
    # Ordered values, such as percentiles or rates: viridis without the end close to the surface.
    "ramp0": ("#22a884", "#5b8bd0"),
    "ramp1": ("#21918c", "#2aa198"),
    "ramp2": ("#2c728e", "#35b779"),
    "ramp3": ("#3b528b", "#6ece58"),
    "ramp4": ("#472d7b", "#b5de2b"),
    "ramp5": ("#440154", "#fde725"),
    # The heat map: the colour closest to the surface is the fastest.
    "heat0": ("#e8f1fa", "#1a2c40"),
    "heat1": ("#cde1f2", "#1d3d5c"),
    "heat2": ("#a6cbe8", "#205079"),
    "heat3": ("#75aedb", "#2a6a9e"),
    "heat4": ("#4a8dc7", "#4590c8"),
    "heat5": ("#2268a8", "#79b8e6"),
    "heat6": ("#0b4480", "#b5dcf9"),
    # Text on each colour of the heat map.
    "on0": ("#12202e", "#e7eaee"),
    "on1": ("#12202e", "#e7eaee"),
    "on2": ("#12202e", "#f4f7fa"),
    "on3": ("#0c1824", "#ffffff"),
    "on4": ("#071320", "#071320"),
    "on5": ("#ffffff", "#071320"),
    "on6": ("#ffffff", "#071320"),
}
HEAT_STEPS = 7
RAMP_STEPS = 6
MOST_RESULTS = 4

STAND_IN = "#fe00"
NAMES = list(COLOURS)

MARKERS = ("o", "s", "^", "D", "v", "P")

RC = {
    # Keep text as text: it is searchable, uses the page's font, and keeps the file small.
    "svg.fonttype": "none",
    # Names from outside may have dollar signs, which would begin a formula.
    "text.parse_math": False,
    "svg.hashsalt": "paceline",
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "font.size": 12,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "axes.axisbelow": True,
    "xtick.minor.bottom": False,
    "ytick.minor.left": False,
    "ytick.major.size": 0,
    "lines.linewidth": 2,
    "lines.markersize": 5.5,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "path.simplify_threshold": 0.5,
}


def colour(name):
    """The stand-in for a colour."""
    return f"{STAND_IN}{NAMES.index(name):02x}"


def with_stand_ins():
    """Matplotlib's parameters, in the page's colours."""
    ink = {key: colour("ink") for key in ("text.color", "axes.titlecolor")}
    muted = {key: colour("muted") for key in ("axes.labelcolor", "xtick.labelcolor",
                                              "ytick.labelcolor")}
    lines = {"axes.edgecolor": colour("muted"), "xtick.color": colour("muted"),
             "ytick.color": colour("muted"), "grid.color": colour("grid")}
    return RC | lines | muted | ink


def ramp(count):
    """`count` colours of the ramp, in order and as far apart as possible."""
    if count == 1:
        return [colour("accent")]
    last = RAMP_STEPS - 1
    return [colour(f"ramp{round(place * last / (count - 1))}") for place in range(count)]


def series(place):
    return colour(f"series{place}")


def variables(scheme):
    """The colours as CSS: scheme 0 is light, 1 is dark."""
    return "".join(f"--{name}:{pair[scheme]};" for name, pair in COLOURS.items())


def name_of(stand_in):
    return NAMES[int(stand_in.removeprefix(STAND_IN), 16)]


def sheet(name):
    """The text of a style sheet of this folder."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
