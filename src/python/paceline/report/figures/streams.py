"""Figures of streams over load: first token, gaps between tokens, and tokens per second."""

from ..drawing import Figure, left_out_note
from ..svg import to_svg
from ..view import key_text
from ..words import number_text, time_text
from .by_load import Measure, draw_measures

TIMES = ("ttft_p50", "ttft_p90", "ttft_p99", "ttft_mean", "ttft_stddev", "ttfa_p50", "ttfa_p99",
         "thinking_p50", "thinking_p99", "itl_p50", "itl_p90", "itl_p99", "itl_mean", "itl_stddev",
         "tpot_p50", "tpot_p99", "tpot_mean", "tpot_stddev")


def draw(view):
    """Returns None if nothing was streamed."""
    if not view.has("ttft_p50"):
        return None
    measures = [Measure("time to first token", {"ttft_p99": "-", "ttft_p50": "--"}, time_text),
                Measure("between tokens", {"itl_p99": "-", "itl_p50": "--"}, time_text),
                Measure("tokens per second", {"tokens_out": "-"}, number_text, is_time=False)]
    measures = [measure for measure in measures if view.has(next(iter(measure.counters)))]
    if not measures:
        return None
    figure, legend, parallels = draw_measures(view, measures)
    ends = [cells[place] for cells in ([*side.cells.values()] for side in view.sides)
            for place in ((0, -1) if len(cells) > 1 else (0,))]
    alternative = "Lines of streaming figures by rate. " + " ".join(
        f"{key_text(cell.key)}: " + ", ".join(describe(cell)) + "." for cell in ends)
    return Figure(
        f"{view.slug}-streams", "Tokens as they stream",
        "Time to first token is the wait before any text appears. The gaps between tokens show how "
        "smoothly the text continues. Tokens per second are the total of all requests.",
        alternative, to_svg(figure, f"{view.slug}-streams", alternative),
        view.table(*view.times(*TIMES),
                   *view.numbers(tokens_out="tokens out/s", tokens_out_per_user="per user",
                                 peak_tokens_out="in the peak second",
                                 tokens_per_request="tokens per request",
                                 reasoning_tokens="reasoning tokens")),
        left_out_note(parallels, view.parallels, "parallels"), legend)


def describe(cell):
    for counter in ("ttft_p50", "ttft_p99", "itl_p50", "itl_p99"):
        if cell.value(counter) is not None:
            yield f"{counter.replace('_', ' ')} {time_text(cell.value(counter))}"
    if cell.value("tokens_out") is not None:
        yield f"{number_text(cell.value('tokens_out'))} tokens per second"
