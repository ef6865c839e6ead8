"""What was found, drawn."""

from collections.abc import Sequence

from adf.evaluate.report.evaluation import FOUND, Evaluation
from adf.evaluate.report.markup import Markup, tag
from adf.evaluate.report.numbers import percent
from adf.evaluate.report.runs import Run
from adf.evaluate.report.searched import Searched
from adf.search.families import Found, diagram, summary
from adf.search.genotypes.drawing_graph import in_words
from adf.search.genotypes.drawing_svg import as_svg


def architecture(runs: Sequence[Run]) -> Markup | None:
    """Return a drawing of every found genotype, each once, with all that found it."""
    found: dict[Found, list[str]] = {}
    for run in runs:
        for content in run.content:
            if isinstance(content, Searched):
                how = f"{content.method}, seed {content.seed}, judged {percent(content.accuracy)}"
                found.setdefault(content.genotype, []).append(how)
            elif isinstance(content, Evaluation):
                for row in content.rows:
                    if row.kind == FOUND and row.genotype:
                        how = f"{row.name}, tested {percent(row.top1.value)}"
                        found.setdefault(row.genotype, []).insert(0, how)
    if not found:
        return None
    figures = [
        _figure(f"net{place}", genotype, names)
        for place, (genotype, names) in enumerate(found.items())
    ]
    return tag("section", tag("h2", "What was found"), *figures)


def _figure(key: str, genotype: Found, names: list[str]) -> Markup:
    described = [tag("li", line) for line in in_words(diagram(genotype))]
    return tag(
        "figure",
        tag("figcaption", "; ".join(names), tag("span", summary(genotype), class_="soft under")),
        tag(
            "div",
            Markup(as_svg(genotype, key)),
            class_="wide",
            tabindex="0",
            role="region",
            aria_label=f"Drawing: {names[0]}",
        ),
        tag("details", tag("summary", "In words"), tag("ul", *described)),
        class_="drawing",
    )
