"""The achieved rate against the rate asked for, and the lateness of requests."""

from .. import style
from ..drawing import Figure, left_out_note
from ..legend import DOTTED, Entry
from ..results import HELD
from ..svg import to_svg
from ..tips import mark
from ..view import VERDICT, key_text, number_of, time_of
from ..words import number_text, share_text, time_text
from .by_load import Measure, draw_measures


def draw(view):
    """Returns None if every run was unpaced."""
    paced = [cell for cell in view.cells if cell.rpm]
    if not paced:
        return None
    measures = [
        Measure("rpm achieved", {"rpm": "-"}, number_text, is_time=False, extra=draw_asked),
        Measure("sent after due", {"late_p99": "-", "late_p50": "--"}, time_text)]
    figure, legend, parallels = draw_measures(view, measures)
    legend.append(Entry("asked for", "muted", dashes=DOTTED))
    short = [cell for cell in paced if cell.asked_share < HELD]
    alternative = (f"Lines of the rate achieved by the rate asked for. {len(paced) - len(short)} "
                   f"of {len(paced)} runs reached at least {share_text(HELD)} of that rate"
                   + "".join(f"; {key_text(cell.key)}: {share_text(cell.asked_share)}"
                             for cell in short[:12]) + ". The highest p99 of lateness is "
                   + time_text(max(cell.value("late_p99") or 0 for cell in paced)) + ".")
    return Figure(
        f"{view.slug}-achieved", "Was the rate kept?",
        "Points on the dotted line reached the rate asked for; other points show the share that they "
        "reached. Late requests were held back by parallel or by the client.",
        alternative, to_svg(figure, f"{view.slug}-achieved", alternative),
        view.table(VERDICT, number_of("rpm achieved", "rpm"),
                   ("of rate asked", lambda cell: share_text(cell.asked_share) if cell.rpm else ""),
                   number_of("in flight", "in_flight"), time_of("late_p50"), time_of("late_p99"),
                   time_of("late_max"), *view.numbers(rps="rps", peak_rps="peak rps")),
        left_out_note(parallels, view.parallels, "parallels"), legend)


def draw_asked(axes, cells):
    """Draws the rate asked for, and the shares of runs that did not reach that rate."""
    rates = sorted({cell.rpm for cell in cells if cell.rpm})
    if not rates:
        return
    if len(rates) == 1:
        axes.axhline(rates[0], color=style.colour("muted"), linestyle=":", linewidth=1.4)
    else:
        mark(axes.plot(rates, rates, color=style.colour("muted"), linestyle=":", linewidth=1.4)[0],
             "asked for")
    axes.set_ylim(0, max(axes.get_ylim()[1], rates[-1] * 1.12))
    for cell in cells:
        if cell.rpm and cell.asked_share < HELD:
            axes.annotate(share_text(cell.asked_share), (cell.rpm, cell.value("rpm")),
                          xytext=(0, -15), textcoords="offset points", ha="center", fontsize=10,
                          color=style.colour("alarm"), annotation_clip=False)
