"""``adf-eval export``: a trained fusion model as a folder to take away."""

from pathlib import Path

import click

from adf.answer import emit, json_option
from adf.cli import Command
from adf.options import verbosity_options


@click.command(cls=Command)
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--row", metavar="NAME", help="Row of the table; default: the best found genotype.")
@click.option("--split", metavar="NAME", help="Training on this split; default: the best one.")
@click.option("--seed", type=int, help="Training with this seed; default: the best one.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="A new folder.")
@json_option
@verbosity_options
def export(
    run: Path, row: str | None, split: str | None, seed: int | None, out: Path, as_json: bool
) -> None:
    """Write a trained network of RUN, a finished adf-eval, as a bundle for adf-predict.

    What is best is decided on validation. The bundle holds the weights (safetensors), how features
    are made (model.json), the network as a torch.export program, and a page for people.
    """
    from adf.evaluate.bundle.choice import choose, read_result
    from adf.evaluate.bundle.export import export as write

    result = read_result(run)
    chosen = choose(run, result, row, split, seed)
    bundle = write(result, chosen, out)
    facts = bundle.facts
    if as_json:
        told = {name: facts[name] for name in ("row", "split", "seed", "top1", "validation")}
        emit({"ok": True, "bundle": str(out), **told, "files": dict(bundle.files)})
        return
    click.echo(
        f"{facts['row']}, {facts['split']} seed {facts['seed']}: validation"
        f" {facts['validation']:.1%}, test top-1 {facts['top1']:.1%} (mean of"
        f" {facts['all']['top1']['n']}: {facts['all']['top1']['mean']:.1%})\n"
        f"{out} is written; {out / 'README.md'} says what it is"
    )
    if not bundle.strange:
        weights = " ".join(f"--weights {name}=FILE" for name in bundle.made)
        click.echo(f"next: adf-predict VIDEO --model {out} {weights}")
