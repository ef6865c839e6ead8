"""Pictures of a genotype: SVG to look at, and the text of Graphviz and Mermaid to go on from.

from adf.search.genotypes.drawing import as_svg
Path("genotype.svg").write_text(as_svg(genotype))
"""

import re

from adf.search.families import Found, diagram
from adf.search.genotypes.drawing_graph import INPUT, NODE, SKIP
from adf.search.genotypes.drawing_svg import as_svg

__all__ = ["as_dot", "as_mermaid", "as_svg"]


def as_dot(found: Found) -> str:
    """Return a graph for Graphviz: `dot -Tpdf`."""
    shown = diagram(found)
    lines = ["digraph genotype {", "  rankdir=LR", '  node [shape=box, style="rounded,filled"]']
    for number, box in enumerate(shown.boxes):
        fill = {INPUT: "lightblue", NODE: "white"}.get(box.kind, "lightgrey")
        lines.append(f"  b{number} [label={_dot_text(box.label)}, fillcolor={fill}]")
    for source, target, op in shown.arrows:
        style = ", style=dashed" if op == SKIP else ""
        lines.append(f"  b{source} -> b{target} [label={_dot_text(op)}{style}]")
    return "\n".join([*lines, "}", ""])


def as_mermaid(found: Found) -> str:
    """Return a flowchart for Mermaid, which Markdown pages draw."""
    shown = diagram(found)
    lines = ["flowchart LR"]
    for number, box in enumerate(shown.boxes):
        left, right = ("[", "]") if box.kind == INPUT else ("(", ")")
        lines.append(f'  b{number}{left}"{_mermaid_text(box.label)}"{right}')
    for source, target, op in shown.arrows:
        line = "-.->" if op == SKIP else "-->"
        label = f'|"{_mermaid_text(op)}"|' if op else ""
        lines.append(f"  b{source} {line}{label} b{target}")
    return "\n".join([*lines, ""])


def _dot_text(text: str) -> str:
    r"""Quote: a backslash starts an escape there, such as `\N` for the name of the node."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _mermaid_text(text: str) -> str:
    """Spell all that could be markup as character codes."""
    return re.sub(r"[^\w /.,+-]", lambda found: f"#{ord(found[0])};", text)
