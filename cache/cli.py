"""``adf cache``: look at a cache, check it, move it, fill it from arrays."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from adf.cli import Group, emit, json_option
from adf.errors import CorruptCache, FailedItems
from adf.options import ConfigCommand, config_options, progress_option, settings
from adf.progress import Mode, progress

if TYPE_CHECKING:
    from adf.cache.folder import Folder

# A cache in memory would be gone with the command.
ON_DISK = click.Choice(["zarr", "hdf5"])


@click.group(cls=Group)
def cache() -> None:
    """Look at feature caches, check them, move them, make them from arrays."""


@cache.command()
@click.argument("path", metavar="CACHE")
@json_option
def info(path: str, as_json: bool) -> None:
    """Show what is in a cache."""
    from adf.cache.info import as_text, describe
    from adf.cache.remote import open_place
    from adf.cache.root import Root

    facts = describe(Root.open(open_place(path)))
    emit(facts) if as_json else click.echo(as_text(facts))


@cache.command()
@click.argument("path", metavar="CACHE")
@progress_option
@json_option
def verify(path: str, progress_mode: Mode, as_json: bool) -> None:
    """Read everything back; name every video, modality and level whose bytes changed."""
    from adf.cache.remote import is_url, open_place
    from adf.cache.root import Root
    from adf.cache.verify import committed_shards, incomplete, verify

    root = Root.open(open_place(path))
    shards = committed_shards(root)
    with progress(f"verify {path}", shards, progress_mode) as bar:
        found = verify(root, bar.advance)
    unfinished = [] if found else incomplete(root)
    facts = {"shards": shards, "damage": [one.as_json() for one in found], "incomplete": unfinished}
    if found and not as_json:
        click.echo("\n".join(map(str, found)))
    if found:
        here = f"'adf cache gc --damaged {path}' drops what is, then fill the cache again"
        there = f"'adf cache push --check CACHE {path}' mends it from a good copy"
        remedy = there if is_url(path) else here
        raise CorruptCache(f"{len(found)} damaged: {remedy}").telling(**facts)
    lines = [f"{path}: all {shards} shards are as written", *unfinished]
    report(as_json, facts, "\n".join(lines))


@cache.command()
@click.argument("source", metavar="CACHE")
@click.argument("target", metavar="NEW")
@click.option("--store", type=ON_DISK, default="hdf5", show_default=True)
@click.option("--codec", type=click.Choice(["none", "zstd"]), default="none", show_default=True)
@progress_option
@json_option
def convert(
    source: str, target: str, store: str, codec: Any, progress_mode: Mode, as_json: bool
) -> None:
    """Write the same features in another store, bit for bit."""
    from adf.cache.convert import convert
    from adf.cache.info import describe
    from adf.cache.reader import FeatureCache
    from adf.cache.verify import committed_shards

    opened = FeatureCache.open(source)
    with progress(f"convert {source}", committed_shards(opened.root), progress_mode) as bar:
        root = convert(opened, target, store=store, codec=codec, step=bar.advance)
    report(as_json, describe(root), f"{target} holds the features of {source}, bit for bit")


@cache.command()
@click.argument("path", metavar="CACHE")
@click.option("--damaged", is_flag=True, help="Also drop shards that 'verify' finds damaged.")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@json_option
def gc(path: str, damaged: bool, dry_run: bool, as_json: bool) -> None:
    """Remove what killed workers left behind, and on demand damaged shards."""
    from adf.cache.mend import collect
    from adf.cache.root import Root

    done = collect(Root.open(path), damaged=damaged, dry_run=dry_run)
    would = "would be " if dry_run else ""
    lines = [f"{would}removed: {name}" for name in done.removed]
    lines += [f"{would}written anew: {name}" for name in done.rewritten]
    if done.refill:
        lines.append("run the command that filled the cache again: it does only what is missing")
    facts = {**asdict(done), "dry_run": dry_run}
    report(as_json, facts, "\n".join(lines) or "nothing to do")


@cache.command("import", cls=ConfigCommand)
@click.argument("path", metavar="CACHE")
@click.option("--clips", required=True, type=click.Path(), help="CSV with id,label[,group,split].")
@click.option(
    "--features",
    required=True,
    multiple=True,
    metavar="MODALITY/LEVEL=FILE",
    help="npy, npz:KEY, h5:DATASET or zarr:ARRAY; row i is clip i. Repeatable.",
)
@click.option("--store", type=ON_DISK)
@click.option("--dtype", help="float16, float32 or uint8.")
@click.option("--codec", help="none or zstd.")
@config_options
@progress_option
@json_option
@click.pass_context
def import_(
    ctx: click.Context,
    /,
    path: str,
    clips: str,
    features: tuple[str, ...],
    progress_mode: Mode,
    as_json: bool,
    **_: Any,
) -> None:
    """Make a sealed cache of features you have already, of any kind."""
    from adf.cache.arrays import ImportConfig, import_arrays, parse_features
    from adf.cache.info import as_text, describe
    from adf.cache.plan import read_plan
    from adf.cache.root import Root
    from adf.configs import preset

    named = {name: name for name in ("store", "dtype", "codec")}
    config = settings(ctx, ImportConfig, named, preset).value
    plan = read_plan(Path(clips), config.dataset)
    wanted = parse_features(features)
    with progress(f"import {path}", len(plan) * len(wanted), progress_mode) as bar:
        seals = import_arrays(path, plan, wanted, config, bar.advance)
    facts = describe(Root.open(path))
    failed = [
        {"modality": modality, "row": row, "reason": reason}
        for modality, seal in seals.items()
        for row, reason in seal.failed.items()
    ]
    if not (failed and as_json):
        report(as_json, facts, as_text(facts))
    if failed:
        first = "{modality} row {row}: {reason}".format(**failed[0])
        raise FailedItems(
            f"{len(failed)} rows have no features (first: {first}); the cache is complete without "
            "them, see 'adf cache info'"
        ).telling(**facts, failed=failed)


@cache.command()
@click.argument("path", metavar="CACHE")
@click.argument("out", metavar="FOLDER")
@click.option("--modality", multiple=True, help="Repeatable; default all.")
@progress_option
@json_option
def export(
    path: str, out: str, modality: tuple[str, ...], progress_mode: Mode, as_json: bool
) -> None:
    """Write plain .npy arrays and the list of clips."""
    from adf.cache.arrays import export_arrays
    from adf.cache.reader import FeatureCache

    opened = FeatureCache.open(path)
    chosen = modality or tuple(opened.modalities)
    total = len(opened) * sum(len(opened.levels(name)) for name in chosen)
    with progress(f"export {path}", total, progress_mode) as bar:
        written = export_arrays(opened, Path(out), modalities=chosen, step=bar.advance)
    names = [str(name) for name in written]
    report(as_json, {"written": names}, "\n".join(names))


@cache.command()
@click.argument("path", metavar="CACHE")
@click.argument("url", metavar="URL")
@click.option("--check", is_flag=True, help="Read back what is there, and send what is damaged.")
@progress_option
@json_option
def push(path: str, url: str, check: bool, progress_mode: Mode, as_json: bool) -> None:
    """Copy all complete modalities to s3://BUCKET/PREFIX, each shard checked after it."""
    from adf.cache.remote import open_place, open_url

    move(open_place(path), open_url(url), progress_mode, as_json, check=check)


@cache.command()
@click.argument("url", metavar="URL")
@click.argument("path", metavar="CACHE")
@progress_option
@json_option
def pull(url: str, path: str, progress_mode: Mode, as_json: bool) -> None:
    """Copy all complete modalities from s3://BUCKET/PREFIX, each shard checked after it."""
    from adf.cache.remote import open_place, open_url

    move(open_url(url), open_place(path), progress_mode, as_json)


def move(
    source: "Folder",
    target: "Folder",
    progress_mode: Mode,
    as_json: bool,
    *,
    check: bool = False,
) -> None:
    """Copy a cache between two places."""
    from adf.cache.remote import transfer
    from adf.cache.root import Root
    from adf.cache.verify import committed_shards

    shards = committed_shards(Root.open(source))
    with progress(f"{source} to {target}", shards, progress_mode) as bar:
        sent = transfer(source, target, bar.advance, check=check)
    lines = [f"{modality}: {count} shards sent" for modality, count in sent.items()]
    report(as_json, {"sent": sent}, "\n".join(lines))


def report(as_json: bool, facts: dict[str, Any], text: str) -> None:
    """Print the result of a command for a program or for people."""
    emit({"ok": True, **facts}) if as_json else click.echo(text)
