"""Draws arrivals in each millisecond of one second, with one panel per tool."""

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402  (the backend comes first)
import numpy  # noqa: E402

SECOND = 1_000_000_000
EVEN = 100_000 / 60_000


def middle_second(arrivals):
    begin = (arrivals[0] + arrivals[-1] - SECOND) // 2
    arrivals = numpy.array(arrivals)
    inside = arrivals[(arrivals >= begin) & (arrivals < begin + SECOND)]
    return numpy.bincount((inside - begin) // 1_000_000, minlength=1_000)


def draw_arrivals(results, path):
    """`results` maps a tool's name to its figures, with its arrivals in nanoseconds."""
    figure, panels = plt.subplots(len(results), 1, sharex=True, sharey=True, squeeze=False,
                                  figsize=(10, 1.15 * len(results) + 0.9), layout="constrained")
    for panel, (name, figures) in zip(panels[:, 0], results.items()):
        counts = middle_second(figures["arrivals"])
        panel.vlines(numpy.arange(1_000), 0.5, numpy.maximum(counts, 0.5), color="#0072b2",
                     linewidth=0.7)
        panel.axhline(EVEN, color="#d55e00", linewidth=0.8)
        panel.set_yscale("log")
        panel.set_ylim(0.5, 400)
        panel.set_yticks([1, 10, 100], ["1", "10", "100"])
        panel.set_title(f"{name}: {figures['rpm']:,.0f} RPM, at most {figures['1 ms']} in 1 ms",
                        loc="left", fontsize=9)
        panel.spines[["top", "right"]].set_visible(False)
    panels[-1, 0].set_xlabel("ms, of one second in the middle of the run")
    figure.suptitle("Arrivals in each millisecond at the endpoint, 100,000 RPM asked for "
                    "(line: even)", fontsize=11)
    figure.savefig(path, dpi=100, facecolor="white")
