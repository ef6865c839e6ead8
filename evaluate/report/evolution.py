"""How searches went: what their weights came to, and the known ways in which they fail."""

from collections.abc import Mapping, Sequence

from adf.evaluate.report.lines import Line, line_chart
from adf.evaluate.report.markup import Markup, tag
from adf.evaluate.report.numbers import percent, tick, times
from adf.evaluate.report.plot import Written
from adf.evaluate.report.runs import Run
from adf.evaluate.report.searched import Searched

EPOCH = "epoch of the supernet"
Course = list[tuple[float, float]]


def share(value: float) -> str:
    """Write a share on an axis."""
    return percent(value, 0)


# What is measured, its title, how it is written, and the least span that is worth a look.
WATCHED: tuple[tuple[str, str, Written, float], ...] = (
    ("kept_accuracy", "Genotype's accuracy in the supernet", share, 0.1),
    ("drop", "Accuracy lost by discretisation", share, 0.1),
    ("skip_mass", "Share of skip in the mixture", share, 0.1),
    ("skip_kept", "Share of skip among the edges kept", share, 0.1),
    ("entropy", "Entropy of operations, 1 if undecided", tick, 0.1),
    ("level_entropy", "Entropy of levels, 1 if undecided", tick, 0.1),
    ("curvature", "Largest eigenvalue of the judging loss", tick, 0.0),
)


def evolution(runs: Sequence[Run]) -> Markup | None:
    """Return charts that compare all searches, and the weights of each."""
    searches = [one for run in runs for one in run.content if isinstance(one, Searched)]
    compared = _compared(searches)
    if not searches:
        return None
    several = [one.method for one in searches]
    told = ", ".join(
        f"{method} ({times(several.count(method), 'seed')})" for method in dict.fromkeys(several)
    )
    return tag(
        "section",
        tag("h2", "The search"),
        tag(
            "p",
            f"Searches on this page: {told}. Seeds of one method are drawn alike and named once."
            " Weights are those of the seed that was judged best.",
            class_="soft",
        ),
        tag("div", *compared, class_="grid") if compared else None,
        *_weights(searches),
    )


def _compared(searches: list[Searched]) -> list[Markup]:
    styles = {method: n for n, method in enumerate(dict.fromkeys(s.method for s in searches))}

    def lines(courses: Sequence[Course], steps: bool = False) -> list[Line]:
        pairs = zip(searches, courses, strict=True)
        return [Line(s.method, course, styles[s.method], steps) for s, course in pairs if course]

    charts = []
    # A method that trains what it found once, at its end, has nothing to show here.
    judging = [one.best_so_far() for one in searches]
    judged = lines([course if len(course) > 1 else [] for course in judging], steps=True)
    if judged:
        title = "Best judged accuracy by what was spent"
        unit = "steps of a cell of middle size, logarithmic"
        charts.append(line_chart("budget", title, judged, unit, tick, share, log=True, least=0.1))
    for name, title, written, least in WATCHED:
        watched = lines([one.course(name) for one in searches])
        if watched and any(y for line in watched for _, y in line.points):
            charts.append(
                line_chart(f"watch-{name}", title, watched, EPOCH, tick, written, least=least)
            )
    return charts


def _weights(searches: list[Searched]) -> list[Markup]:
    """Return the weights of levels and of operations, for the best seed of each method."""
    best: dict[str, Searched] = {}
    for one in searches:
        if one.method not in best or one.accuracy > best[one.method].accuracy:
            best[one.method] = one
    sections = []
    for number, one in enumerate(best.values()):
        tables = {f"Levels of {slot}": courses for slot, courses in one.level_courses().items()}
        tables["Operations, mean of all edges"] = one.op_courses()
        charts = [
            line_chart(f"alpha{number}-{place}", title, _styled(courses), EPOCH, tick, share)
            for place, (title, courses) in enumerate(tables.items())
            if _moves(courses)
        ]
        if charts:
            sections.append(tag("h3", f"Weights of {one.method}, seed {one.seed}"))
            sections.append(tag("div", *charts, class_="grid"))
    return sections


def _moves(courses: Mapping[str, Course]) -> bool:
    """Return whether anything was decided here: weights that nobody learns tell nothing."""
    return any(y != course[0][1] for course in courses.values() for _, y in course)


def _styled(courses: Mapping[str, Course]) -> list[Line]:
    return [Line(name, course, style) for style, (name, course) in enumerate(courses.items())]
