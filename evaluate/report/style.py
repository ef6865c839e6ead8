"""How the page looks: light and dark, on a phone, on a desk and on paper."""

from collections.abc import Mapping, Sequence

from adf.search.genotypes.drawing_svg import COLOURS, PLAIN

Palette = Mapping[str, str]

GROUND = "#14171c"
LIGHT: Palette = {
    "ground": "#ffffff",
    "raised": "#f5f6f8",
    "ink": "#1b1f24",
    "soft": "#59636e",
    "rule": "#dfe3e8",
    "found": "#0b62c4",
    "single": "#0f7b6c",
    "baseline": "#b4540a",
    "random": "#7a4cc2",
    "alarm": "#b3261e",
    "alarm-ground": "#fdeceb",
    "right": "#0b62c4",
    "wrong": "#c2410c",
}
DARK: Palette = {
    "ground": GROUND,
    "raised": "#1d2229",
    "ink": "#e7eaee",
    "soft": "#a3adb8",
    "rule": "#343b45",
    "found": "#6cb0ff",
    "single": "#4fc7b3",
    "baseline": "#f2a25c",
    "random": "#bb9bf5",
    "alarm": "#ff9a92",
    "alarm-ground": "#3a1d1c",
    "right": "#5aa5ff",
    "wrong": "#ff9350",
}
# Colours of lines, light and dark, and the dashes that tell them apart without colour.
LINES: Sequence[tuple[str, str, str]] = (
    ("#0b62c4", "#6cb0ff", "none"),
    ("#b4540a", "#f2a25c", "7 3"),
    ("#0f7b6c", "#4fc7b3", "2 3"),
    ("#7a4cc2", "#bb9bf5", "9 3 2 3"),
    ("#b32d6b", "#f58ab8", "4 2"),
    ("#5d6b00", "#c3cf5a", "12 3"),
    ("#59636e", "#a3adb8", "1 2"),
    ("#8a4b2a", "#d9a285", "6 2 2 2 2 2"),
)
OPACITIES = (0.16, 0.28, 0.4, 0.54, 0.7, 0.85, 1.0)
# How much of its line's colour the field of a word has on a dark ground.
TINT = 0.22

PAGE = """
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:68rem;margin:0 auto;padding:1.5rem 1rem 4rem;overflow-wrap:anywhere}
h1{font-size:1rem;font-weight:600;color:var(--soft);margin:0 0 1.2rem}
h2{font-size:1.3rem;line-height:1.25;margin:3rem 0 .8rem}
h3{font-size:1rem;margin:1.5rem 0 .5rem}
p{margin:.5rem 0;max-width:46rem}
.answer>div+div{border-top:1px solid var(--rule);margin-top:1rem;padding-top:.5rem}
.lead>p:first-child{font-size:1.4rem;line-height:1.4;margin:0 0 .4rem;max-width:56rem}
.answer strong{color:var(--found)}
.soft{color:var(--soft);font-size:.875rem}
.alarm{background:var(--alarm-ground);border-left:4px solid var(--alarm);padding:.6rem .9rem}
.flag{color:var(--alarm);font-weight:600;font-size:.8rem}
.wide{overflow-x:auto}
figure{margin:0 0 1.2rem;min-width:0;break-inside:avoid}
figcaption{font-size:.9rem;font-weight:600;margin-bottom:.4rem}
.under{display:block;font-weight:400}
.grid,.pair{display:grid;gap:1.6rem 2rem;align-items:start}
.grid{grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr))}
.pair{grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr))}
.grid>*,.pair>*{min-width:0;margin:0}
.grid+h3{margin-top:2.5rem}
.grid+.wide{margin-top:1.6rem}
summary{cursor:pointer;color:var(--soft);font-size:.875rem}
pre{white-space:pre-wrap;background:var(--raised);padding:.6rem .8rem;margin:.3rem 0;
font-size:.8rem;line-height:1.45}
code,pre{font-family:ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
dl{display:grid;grid-template-columns:minmax(5rem,max-content) minmax(0,1fr);gap:.25rem 1rem;
margin:0;font-size:.875rem}
dt{color:var(--soft)}
dd{margin:0}
"""
TABLES = """
table{border-collapse:collapse;width:100%;font-size:.875rem;overflow-wrap:normal}
caption{text-align:left;font-weight:600;font-size:.9rem;padding-bottom:.4rem}
th,td{padding:.4rem .5rem;text-align:left;border-bottom:1px solid var(--rule);
vertical-align:middle;font-weight:400}
table .soft{font-size:.95em}
thead th{color:var(--soft);font-size:.78rem;vertical-align:bottom;white-space:nowrap}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
caption span{position:sticky;left:0;display:inline-block;max-width:calc(100vw - 2rem)}
.who{overflow-wrap:anywhere;min-width:6.2rem}
.board .who{min-width:12rem}
.board .bar{width:26%;min-width:9rem}
.reads,.note,.flag{display:block;line-height:1.35}
.badge,.legend span{white-space:nowrap}
.badge{font-size:.8rem;color:var(--soft)}
.mark{vertical-align:-2px;margin-right:.25rem}
.legend{font-size:.875rem;color:var(--soft)}
.legend>span{margin-right:1.1rem;display:inline-block}
@media screen and (max-width:54rem){
.board,.board tbody{display:block}
.board caption{display:block}
.board thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.board tr{display:grid;grid-template-columns:repeat(auto-fill,minmax(5.9rem,1fr));
gap:0 .6rem;padding:.7rem 0;border-bottom:1px solid var(--rule)}
.board th,.board td{border:0;padding:.1rem 0;min-width:0}
.board .who,.board .bar{grid-column:1/-1;width:auto}
.board td.num{text-align:left;white-space:normal}
.board td.num::before{content:attr(data-head);display:block;color:var(--soft);font-size:.75rem}
}
"""
PICTURES = """
.chart text{font:11px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;fill:var(--ink)}
.chart{display:block;width:100%;max-width:34rem;height:auto}
.scorebar{display:block;width:100%;height:26px}
.scorebar [class^=k-]{fill-opacity:.8}
.scorebar line{vector-effect:non-scaling-stroke}
.end{text-anchor:end}
.mid{text-anchor:middle}
.chart text.soft{fill:var(--soft);font-size:11px}
.halo{paint-order:stroke;stroke:var(--ground);stroke-width:3px;stroke-linejoin:round}
line.grid{stroke:var(--rule);stroke-width:1}
.track{fill:var(--raised)}
.line{fill:none;stroke-width:1.8;stroke-linejoin:round}
.span{stroke-width:2.5}
.leader{stroke:var(--soft);stroke-width:.7}
.between{stroke:var(--soft);stroke-width:1.2}
.whisker{stroke:var(--ink);stroke-width:1.4}
.ceiling{stroke:var(--ink);stroke-width:3}
.chance{stroke:var(--soft);stroke-width:1.4;stroke-dasharray:3 3}
.touch{fill:transparent}
.touch:hover{fill:var(--ink);fill-opacity:.12}
.matrix path{fill:none;stroke-width:1;shape-rendering:crispEdges}
.chart text.deep{fill:var(--ground)}
svg.genotype{display:block;max-width:max(100%,62rem);height:auto}
"""
PAPER = """
@media print{
@page{margin:14mm}
body{font-size:10.5pt}
main{max-width:none;padding:0}
h2{break-after:avoid;margin-top:1.6rem}
tr,dl>*,.answer>div{break-inside:avoid}
.wide{overflow:visible}
svg.genotype{max-width:100%}
table{font-size:7.5pt}
th,td{padding:.25rem .3rem}
.num,thead th{white-space:normal}
.who,.board .who,.board .bar{min-width:4.5rem}
summary{display:none}
details::details-content{content-visibility:visible;block-size:auto}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
"""


def css() -> str:
    """Return the style sheet."""
    dark = _root(DARK) + _lines(1) + _genotype()
    parts = [_root(LIGHT), PAGE, TABLES, PICTURES, _kinds(), _lines(0), _shades()]
    return "\n".join([*parts, f"@media screen and (prefers-color-scheme:dark){{{dark}}}", PAPER])


def _root(palette: Palette) -> str:
    named = "".join(f"--{name}:{colour};" for name, colour in palette.items())
    return f":root{{color-scheme:light dark;{named}}}"


def _kinds() -> str:
    return "".join(
        f".k-{kind}{{fill:var(--{kind})}}" for kind in ("found", "single", "baseline", "random")
    )


def _lines(column: int) -> str:
    rules = []
    for place, look in enumerate(LINES):
        rules.append(f".line.s{place},.span.s{place}{{stroke:{look[column]}}}")
        rules.append(f".line.s{place}{{stroke-dasharray:{look[2]}}}")
        rules.append(f".dot.s{place},.chart text.name.s{place}{{fill:{look[column]}}}")
    return "".join(rules)


def _shades() -> str:
    return "".join(
        f".{side}.d{place}{{stroke:var(--{side});stroke-opacity:{opacity}}}"
        for side in ("right", "wrong")
        for place, opacity in enumerate(OPACITIES, start=1)
    )


def _genotype() -> str:
    """Return dark fields for the words of a drawing, which are light where it stands alone."""
    fields = {f"m{place}": line for place, (line, _) in enumerate(COLOURS)} | {"plain": PLAIN[0]}
    rules = "".join(f".genotype .{name}{{fill:{tinted(line)}}}" for name, line in fields.items())
    return f"{rules}.genotype .label{{fill:var(--ground)}}.genotype text{{fill:var(--ink)}}"


def tinted(colour: str) -> str:
    """Return a colour laid thinly on the dark ground."""
    pairs = ((colour[place : place + 2], GROUND[place : place + 2]) for place in (1, 3, 5))
    mixed = (round(TINT * int(top, 16) + (1 - TINT) * int(below, 16)) for top, below in pairs)
    return "#" + "".join(f"{part:02x}" for part in mixed)
