"""What is in a cache, as plain data."""

from typing import Any

from adf.cache.root import Root

SHOWN = 5


def describe(root: Root) -> dict[str, Any]:
    """Return a summary of a cache, complete or not."""
    plan = root.plan
    return {
        "cache": str(root.folder),
        "store": root.store.name,
        "dataset": plan.dataset,
        "clips": len(plan),
        "videos": int(plan.frame["video"].nunique()),
        "classes": len(plan.classes),
        "groups": int(plan.frame["group"].nunique()),
        "splits": {name: _split(root, name) for name in plan.splits},
        "shard_rows": root.shard_rows,
        "plan": plan.digest,
        "modalities": {name: _modality(root, name) for name in root.modalities()},
    }


def _split(root: Root, name: str) -> dict[str, Any]:
    counts = root.plan.frame[name].replace("", "unused").value_counts()
    uses = {str(use): int(count) for use, count in counts.items()}
    return {**uses, "leaking_groups": len(root.plan.leaking_groups(name))}


def _modality(root: Root, name: str) -> dict[str, Any]:
    provenance, layout, commits = root.provenance(name), root.layout(name), root.commits(name)
    seal, done = commits.read_seal(), commits.done()
    records = [] if seal else [commits.read(shard) for shard in sorted(done)]
    failed = _reasons(root, [seal.failed] if seal else [record.failed for record in records])
    partial = _reasons(root, [seal.partial] if seal else [record.partial for record in records])
    return {
        "sealed": seal is not None,
        "shards": f"{len(done)}/{layout.shards}",
        "failed": failed,
        "partial": partial,
        "codec": layout.codec,
        "bytes": layout.rows * sum(part.row_bytes for part in provenance.parts()),
        "backbone": provenance.backbone,
        "weights": provenance.weights,
        "digest": seal.digest if seal else None,
        "provenance": provenance.digest,
        "levels": {
            level.name: {
                "shape": list(level.shape),
                "dtype": level.dtype,
                "pooling": level.pooling,
                "bytes": layout.rows * sum(part.row_bytes for part in level.parts()),
            }
            for level in provenance.levels
        },
        "versions": root.versions(name),
    }


def _reasons(root: Root, found: list[dict[int, str]]) -> list[dict[str, Any]]:
    ids = root.plan.frame["id"]
    return [
        {"row": row, "id": str(ids.iloc[row]), "reason": reason}
        for rows in found
        for row, reason in sorted(rows.items())
    ]


def as_text(info: dict[str, Any]) -> str:
    """Return a summary for people."""
    lines = [
        f"{info['cache']}: {info['dataset']}, {info['clips']} clips of {info['videos']} videos, "
        f"{info['classes']} classes, store {info['store']}"
    ]
    for name, split in info["splits"].items():
        uses = ", ".join(
            f"{count} {use}" for use, count in split.items() if use != "leaking_groups"
        )
        leak = split["leaking_groups"]
        warning = f"  WARNING: {leak} groups are on both sides" if leak else ""
        lines.append(f"  {name}: {uses}{warning}")
    for name, modality in info["modalities"].items():
        state = "complete" if modality["sealed"] else f"{modality['shards']} shards, not complete"
        troubles = {kind: modality[kind] for kind in ("failed", "partial") if modality[kind]}
        trouble = "".join(f", {len(rows)} {kind}" for kind, rows in troubles.items())
        lines.append(
            f"  {name}: {state}{trouble}, {size(modality['bytes'])}, {modality['backbone']}"
        )
        for kind, rows in troubles.items():
            lines += [f"    {kind}: row {r['row']} {r['id']}: {r['reason']}" for r in rows[:SHOWN]]
            if len(rows) > SHOWN:
                lines.append(f"    and {len(rows) - SHOWN} more: adf cache info --json")
        for level, facts in modality["levels"].items():
            shape = " x ".join(map(str, facts["shape"]))
            lines.append(f"    {level:<12} {shape:<20} {facts['dtype']:<8} {size(facts['bytes'])}")
    return "\n".join(lines)


def size(count: float) -> str:
    """Return a number of bytes for people, in decimal units."""
    for unit in ("B", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.3g} {unit}"
        count /= 1000
    return f"{count:.3g} TB"
