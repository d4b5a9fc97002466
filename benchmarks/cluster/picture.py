"""Draws how far the arrivals of many ranks exceed an even schedule, with one panel per rate."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)

COLOURS = ("#000000", "#0072b2", "#009e73", "#d55e00", "#cc79a7")
IN_10_MS = 1


def draw_clocks(found, ranks, path):
    """`found` maps a rate, a clock error in us, and a number of ranks to the times even in 1 ms, 10 ms
    and 1 s; nothing for ranks that do not keep the rate."""
    figure, panels = plt.subplots(1, len(found), sharey=True, figsize=(11, 3.4), layout="constrained")
    for panel, (rpm, by_error) in zip(panels, found.items()):
        places = range(len(by_error))
        for colour, count in zip(COLOURS, ranks):
            overs = [overs.get(count) for overs in by_error.values()]
            panel.plot(places, [over and over[IN_10_MS] for over in overs], color=colour,
                       marker="o", markersize=3, linewidth=1, label=f"{count:,}")
        panel.set_xticks(places, [f"{error:,}" for error in by_error], fontsize=8)
        panel.set_title(f"{rpm:,} RPM", fontsize=10)
        panel.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("most arrivals in 10 ms, times even")
    panels[0].set_ylim(0.98, None)
    panels[0].legend(title="ranks", fontsize=8)
    figure.supxlabel("error of the clocks, us", fontsize=10)
    figure.savefig(path, dpi=100, facecolor="white")
