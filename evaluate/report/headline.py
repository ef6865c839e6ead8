"""The answer first: what is best, by how much, and how sure that is."""

import math
from collections.abc import Sequence

from adf.evaluate.report.bench import Bench
from adf.evaluate.report.doubt import binomial
from adf.evaluate.report.evaluation import BASELINE, FOUND, MEDIAN, RANDOM, Evaluation, Row, Videos
from adf.evaluate.report.league import League
from adf.evaluate.report.markup import Markup, join, tag, words
from adf.evaluate.report.numbers import JOINED, percent, points, signed, times
from adf.evaluate.report.rivalry import Rivalry
from adf.evaluate.report.runs import Run
from adf.evaluate.report.searched import Searched


def headline(runs: Sequence[Run]) -> Markup:
    """Return a few sentences for every run, evaluations before what led to them."""
    content = [(run, one) for run in runs for one in run.content]
    answers = [_of_evaluation(one, run) for run, one in content if isinstance(one, Evaluation)]
    answers += [_of_league(one) for _, one in content if isinstance(one, League)]
    answers += [_of_rivalry(one, run) for run, one in content if isinstance(one, Rivalry)]
    answers += [_of_bench(one) for _, one in content if isinstance(one, Bench)]
    searches = [(run, one) for run, one in content if isinstance(one, Searched)]
    answers += [_of_searches(searches)] if searches else []
    parts = [
        tag("div", answer, class_=None if place else "lead") for place, answer in enumerate(answers)
    ]
    return tag("section", *parts, class_="answer", id="answer", aria_label="The answer")


def _of_evaluation(evaluation: Evaluation, run: Run) -> Markup:
    best, rival = evaluation.shown, evaluation.rival
    sentences = [
        tag("strong", best.name),
        f" reads {best.reads} and names the right class of ",
        tag("strong", percent(best.top1.value)),
        f" of the test videos ({_certainty(best)})",
        _against(best, rival) if rival and rival is not best else ".",
    ]
    found = [row for row in evaluation.rows if row.kind == FOUND]
    if len(found) > 1:
        sentences.append(f" It is the best of {len(found)} that were found, by these very videos.")
    random = [row for row in evaluation.rows if row.kind == RANDOM and row is not best]
    told = "; ".join(f"{row.name}: {percent(row.top1.value)} ({_certainty(row)})" for row in random)
    return join(
        tag("p", *sentences),
        tag("p", f"Random genotypes, for comparison: {told}.") if told else None,
        *(tag("p", _left_out(one)) for one in evaluation.videos if one.left_out),
        tag("p", _data(evaluation, run), class_="soft"),
        *(_alarm(row) for row in evaluation.rows if row.beyond),
    )


def _against(best: Row, rival: Row) -> Markup:
    """Return how a row compares with the best baseline."""
    difference = best.top1.value - rival.top1.value
    margin = math.hypot(best.margin, rival.margin)
    kind = "baseline" if rival.kind == BASELINE else "single modality"
    where = "above" if difference >= 0 else "below"
    return join(
        ": ",
        tag("strong", f"{points(difference)} points {where}"),
        f" (±{JOINED}{points(margin)} by seeds and test videos, at 95{JOINED}%) the best {kind},"
        f" {rival.name} with {percent(rival.top1.value)} ({_certainty(rival)}).",
        _doubt(abs(difference) <= margin, [row for row in (best, rival) if not row.top1.error]),
    )


def _doubt(within: bool, unknown: Sequence[Row]) -> str:
    """Say what speaks against a difference; of ``unknown`` rows no error of seeds is known."""
    if within:
        return " The choice of seeds and test videos explains as much: it may be chance."
    if unknown:
        names = " and ".join(row.name for row in unknown)
        return (
            f" That counts the choice of test videos, but not how {names} would change with other"
            " seeds: it is not known whether that is chance."
        )
    return ""


def _certainty(row: Row) -> str:
    n = times(row.top1.n, "training")
    if row.statistic == MEDIAN:
        return f"median of {n}"
    if row.top1.error is None:
        return f"{n}, no standard error"
    if not row.top1.error:
        return f"{n} that all came out alike"
    return f"±{JOINED}{points(row.top1.error)} standard error, {n}"


def _data(evaluation: Evaluation, run: Run) -> str:
    cache = run.fields.text("cache", "")
    return (
        f"Measured on {cache or 'a cache'}: {len(evaluation.classes)} classes,"
        f" {', '.join(evaluation.splits)}, {evaluation.shown.videos} test videos;"
        f" chance is {percent(evaluation.chance)}."
    )


def _left_out(videos: Videos) -> str:
    """Say which test videos no score counts, and why."""
    why = ", ".join(f"{count} lack {name}" for name, count in videos.lacking)
    total = times(videos.tested + videos.left_out, "test video")
    return f"Left out of {videos.split}: {videos.left_out} of {total}{f' ({why})' if why else ''}."


def _alarm(row: Row) -> Markup:
    """Say that a score cannot be: what a row reads does not tell that much."""
    error = binomial(row.ceiling or 0.0, row.videos)
    excess = row.top1.value - (row.ceiling or 0.0)
    size = f"by {excess / error:.1f} standard errors" if error else "which no row may"
    return tag(
        "p",
        tag("strong", "Too good to be true: "),
        f"{row.name} has {percent(row.top1.value)}, above the ceiling of {percent(row.ceiling)} for"
        f" what it reads, {size}. Look for a leak between training and test.",
        class_="alarm",
        role="note",
    )


def _of_searches(searches: Sequence[tuple[Run, Searched]]) -> Markup:
    """Return a line for every run folder."""
    runs: dict[str, list[tuple[Run, Searched]]] = {}
    for run, one in searches:
        runs.setdefault(run.key, []).append((run, one))
    lines = [_of_search(each[0][0], [one for _, one in each]) for each in runs.values()]
    told = "What searches found was judged on videos held back from the training split: no test."
    return (
        join(tag("p", lines[0]), tag("p", told, class_="soft"))
        if len(lines) == 1
        else join(tag("p", told), tag("ul", *(tag("li", line) for line in lines)))
    )


def _of_search(run: Run, searches: Sequence[Searched]) -> Markup:
    scores, first = [one.accuracy for one in searches], searches[0]
    spread = f" (from {percent(min(scores))} to {percent(max(scores))})" if len(scores) > 1 else ""
    seeds = f"{len(searches)} seeds" if len(scores) > 1 else f"seed {first.seed}"
    return join(
        tag("strong", first.method),
        f", {seeds}: ",
        tag("strong", percent(sum(scores) / len(scores))),
        f"{spread} of {times(first.videos, 'video')} judged rightly, on split {first.split} of"
        f" {run.fields.text('cache', '')}.",
    )


def _of_league(found: League) -> Markup:
    """Return who is first, and how far the next one is."""
    first = [entry for entry in found.entries if entry.rank == 1]
    others = [entry for entry in found.entries if entry.rank > 1]
    sentence = [
        tag("strong", ", ".join(entry.name for entry in first)),
        " is first: " if len(first) == 1 else " share the first place, as far as this can tell: ",
        ", ".join(percent(entry.score.value) for entry in first),
    ]
    if others:
        gap = points(first[0].score.value - others[0].score.value)
        sentence.append(f"; the next is {others[0].name}, {gap} points below the highest")
    return tag("p", *sentence, f". Each search had {found.allowance}.")


def _of_rivalry(rivalry: Rivalry, run: Run) -> Markup:
    best = rivalry.best
    parts = [words(f"Of {times(len(rivalry.rivals), 'method')} ")]
    if best and best.regret:
        parts += [
            tag("strong", best.name),
            words(
                f" comes nearest to the best of {times(rivalry.genotypes, 'genotype')}:"
                f" {points(best.regret.value)} points below it in the median of"
                f" {best.searches} searches."
            ),
        ]
    ranked = [rival for rival in rivalry.rivals if rival.tau]
    if ranked:
        top = max(ranked, key=lambda rival: rival.tau.value if rival.tau else 0.0)
        assert top.tau
        ceiling = rivalry.ceiling
        other = f"; one training agrees with another by {signed(ceiling, 2)}" if ceiling else ""
        parts += [
            tag("strong", f" {top.name}") if best else tag("strong", top.name),
            words(
                f" ranks genotypes most like training them does: Kendall's tau"
                f" {signed(top.tau.value, 2)} ({signed(top.tau.low, 2)} to"
                f" {signed(top.tau.high, 2)}){other}."
            ),
        ]
    return join(
        tag("p", *parts),
        tag("p", f"Measured on {run.fields.text('cache', '')}", class_="soft"),
    )


def _of_bench(found: Bench) -> Markup:
    return tag(
        "p",
        f"{times(found.genotypes, 'genotype')} of one space were trained: the best has ",
        tag("strong", percent(found.accuracy["best"])),
        f", the median {percent(found.accuracy['median'])}.",
    )
