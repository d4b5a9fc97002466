"""The headline of a workload: the subject, and the outcome in a sentence and a few figures."""

from dataclasses import dataclass

from .words import (FINISHES, count_text, list_text, number_text, optional_time_text, rate_text, share_text,
                    shortened, time_text)


LONGEST_NAME = 120


@dataclass
class Card:
    """One large figure; `detail` is a short text below it."""

    name: str
    figure: str
    detail: str = ""
    is_alarming: bool = False


def sentence(view, side):
    """The outcome of a result's runs of a workload."""
    cells = list(side.cells.values())
    paced = [cell for cell in cells if cell.rpm]
    parts = []
    if paced:
        held = [cell for cell in paced if cell.is_held]
        parts.append(rate_text_of(held, paced))
    if len(paced) > 1:
        parts += [f"{count_text(len(group), 'run')} {words(verdict)}."
                  for verdict, group in by_verdict(paced).items()]
    unpaced = [cell for cell in cells if not cell.rpm]
    if unpaced:
        fastest = max(unpaced, key=lambda cell: cell.value("rpm"))
        parts.append(f"Unpaced runs reached {number_text(round(fastest.value('rpm')))} rpm at "
                     f"parallel {fastest.parallel:,}.")
    return " ".join(parts)


def rate_text_of(held, paced):
    if len(paced) == 1:
        (cell,) = paced
        kept = "The run kept" if held else f"The run reached {share_text(cell.asked_share)} of"
        return f"{kept} {place_text(cell)}" + ("." if held else f": {cell.verdict_text}.")
    if not held:
        return f"None of {len(paced)} runs kept its rate."
    best = max(held, key=lambda cell: (cell.rpm, -cell.value("p99")))
    kept = "All" if len(held) == len(paced) else f"{len(held)} of"
    return f"{kept} {len(paced)} runs kept their rate, up to {place_text(best)}."


def place_text(cell):
    return f"{rate_text(cell.rpm)} at parallel {cell.parallel:,}"


def by_verdict(paced):
    groups = {}
    for cell in paced:
        if not cell.is_held:
            groups.setdefault(cell.verdict_text, []).append(cell)
    return groups


def words(verdict):
    """The predicate for a verdict, after "1 run" or "N runs"."""
    return {
        "parallel-bound": "reached the limit of parallel, which held the rate back",
        "server-bound": "reached the server's limit: more requests in flight only wait longer",
        "client-bound": "reached this client's limit: the figures are not the API's",
        "rate-limited": "exceeded a rate limit (429)",
        "failing": "had too many failed requests",
        "errors": f"had failed requests above {share_text(0.01)}",
        "below rate": "stayed below the rate",
        "cut short": "ended early",
        "rate changed": "had a rate that was changed by hand",
        "missed": "missed the conditions of the search",
    }[verdict]


def cards(view, side):
    """The figures of the run that represents the workload."""
    cell = side.cells.get(view.focus()) or next(iter(side.cells.values()))
    rpm = number_text(round(cell.value("rpm")))
    is_short = bool(cell.rpm) and not cell.is_held
    found = [
        Card("highest rate kept" if cell.is_held else "rate reached", f"{rpm} rpm",
             f"of {cell.rpm:,} " * bool(cell.rpm)
             + f"at parallel {cell.parallel:,}, {cell.verdict_text}", is_short),
        Card("half are done in", time_text(cell.value("p50")), "p50"),
        Card("99% are done in", time_text(cell.value("p99")), "p99")]
    if cell.value("ttft_p50") is not None:
        found.append(Card("first token after", time_text(cell.value("ttft_p50")),
                          f"p50; p99 {optional_time_text(cell.value('ttft_p99'))}"))
    if cell.value("thinking_p50") is not None:
        found.append(Card("thinking for", time_text(cell.value("thinking_p50")),
                          f"p50; p99 {optional_time_text(cell.value('thinking_p99'))}"))
    if cell.value("tokens_out"):
        found.append(Card("tokens", f"{number_text(round(cell.value('tokens_out')))}/s",
                          f"{number_text(round(cell.value('tokens_per_request') or 0, 1))} per request"))
    if cell.value("goodput") is not None:
        found.append(Card("goodput", f"{number_text(round(cell.value('goodput'), 2))}/s",
                          "met the objective"))
    found += finish_cards(cell)
    found.append(errors_card(cell))
    if cell.value("cancelled"):
        found.append(Card("cancelled", share_text(cell.value("cancelled") / cell.requests),
                          "closed by this client, not failed"))
    return found


def finish_cards(cell):
    """Shares of 0 are not in the result, so without any share all responses ended by themselves."""
    shares = {reason: cell.value(counter) for counter, reason in FINISHES.items()}
    shares = {reason: share for reason, share in shares.items() if share}
    if shares:
        yield Card("ended by themselves", share_text(max(1 - sum(shares.values()), 0)),
                   list_text(f"{share_text(share)} by {reason}" for reason, share in shares.items()))
    if cell.value("tool_calls_valid") is not None:
        share = cell.value("tool_calls_valid")
        yield Card("valid tool calls", share_text(share), "arguments are JSON", share < 1)


def errors_card(cell):
    errors = cell.value("errors") or 0
    kinds = list_text(f"{number_text(count)} {kind}" for kind, count in cell.error_kinds.items())
    return Card("failed", share_text(cell.error_share) if errors else "none",
                kinds or f"of {cell.requests:,} requests", bool(errors))


def subject(results):
    """What was measured: models at hosts, of which one may be "embedded endpoint"."""
    models, hosts = (dict.fromkeys(shortened(result.context[name], LONGEST_NAME)
                                   for result in results if result.context.get(name))
                     for name in ("model", "host"))
    named = list_text(hosts).replace("embedded endpoint", "the embedded endpoint")
    return " at ".join(part for part in (list_text(models), named) if part) or "paceline"
