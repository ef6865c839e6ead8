"""What a tuning has to say when it is done, for programs and for people."""

import shlex
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import optuna
from optuna.importance import get_param_importances
from optuna.storages import JournalStorage

from adf.emit import block, one_line
from adf.errors import FailedItems
from adf.evaluate.tuning.drawing import bars
from adf.evaluate.tuning.journal import Journal
from adf.evaluate.tuning.retraining import Retraining, with_channels, with_params
from adf.evaluate.tuning.settings import TuneSettings
from adf.evaluate.tuning.space import CHANNELS
from adf.evaluate.tuning.trials import JOURNAL, NAME, Record, as_settings, records
from adf.files import write_atomic
from adf.search.families import digest
from adf.search.result import digests

# Fewer say nothing of what matters.
ENOUGH = 4


def describe(
    folder: Path, settings: TuneSettings, retraining: Retraining, seconds: float
) -> dict[str, Any]:
    """Return what was found: the content of ``result.json``."""
    trials = records(folder)
    best = best_of(trials)
    return {
        "kind": "tuning",
        "cache": settings.cache,
        "provenance": digests(retraining.cache, retraining.modalities),
        "split": settings.split,
        "seed": settings.seed,
        "genotype": retraining.genotype.as_dict(),
        "digest": digest(retraining.genotype),
        "videos": retraining.videos,
        "best": asdict(best),
        "train": asdict(with_params(settings.train, best.params)),
        "ended": Counter(trial.state for trial in trials),
        "importance": importance(folder, settings),
        "trials": [asdict(trial) for trial in trials],
        "seconds": seconds,
        "run": str(folder),
    }


def best_of(trials: list[Record]) -> Record:
    """Return the best trial of those that were not cut short: of equals, the surer one."""
    whole = [trial for trial in trials if trial.state == "complete"]
    if not whole:
        reasons = Counter(trial.reason for trial in trials)
        raise FailedItems(f"none of the {len(trials)} trials ended: {reasons.most_common(1)[0][0]}")
    return max(whole, key=lambda trial: (trial.accuracy or 0.0, -(trial.loss or 0.0)))


def importance(folder: Path, settings: TuneSettings) -> dict[str, float]:
    """Return which share of what tells good trials from others each hyper-parameter has."""
    study = optuna.load_study(study_name=NAME, storage=JournalStorage(Journal(folder / JOURNAL)))
    whole = study.get_trials(deepcopy=False, states=(optuna.trial.TrialState.COMPLETE,))
    if len(whole) < ENOUGH or len({trial.value for trial in whole}) < 2:
        return {}
    with warnings.catch_warnings():
        # It warns where trials are few; how many there are is in the result.
        warnings.simplefilter("ignore")
        return dict(get_param_importances(study, params=list(settings.dimensions())))


def write_findings(folder: Path, result: Mapping[str, Any], retraining: Retraining) -> None:
    """Write the best settings, the genotype as wide as the best one, and what mattered."""
    train = {f"train.{name}": value for name, value in result["train"].items()}
    write_atomic(folder / "best.yaml", block(train, {}).encode())
    genotype = with_channels(retraining.genotype, result["best"]["params"])
    write_atomic(folder / "genotype.json", genotype.to_json().encode())
    if shares := result["importance"]:
        write_atomic(folder / "importance.svg", bars(shares).encode())


def as_text(result: Mapping[str, Any]) -> str:
    """Return a result in words."""
    best, folder = result["best"], Path(result["run"])
    ended = ", ".join(f"{count} {state}" for state, count in sorted(result["ended"].items()))
    lines = [
        f"best of {len(result['trials'])} trials ({ended}): trial {best['number']},"
        f" accuracy {best['accuracy']:.1%} on {result['videos']} videos that training did not see",
        *_failures(result["trials"]),
        *_importance(result["importance"]),
        as_words(best["params"]),
        f"{folder / 'best.yaml'} holds all settings of training",
    ]
    words = ["--cache", result["cache"], "--genotype", str(folder / "genotype.json")]
    lines.append(f"next: adf-eval {shlex.join([*words, '-c', str(folder / 'best.yaml')])}")
    return "\n".join(lines)


def as_words(params: Mapping[str, Any]) -> str:
    """Return hyper-parameters as words for a command line."""
    sets = [(key, one_line(value)) for key, value in as_settings(params).items()]
    # The width is no setting of training: the genotype that was written has it.
    words = [word for key, text in sets if key != CHANNELS for word in ("--set", f"{key}={text}")]
    return shlex.join(words)


def _failures(trials: list[dict[str, Any]]) -> list[str]:
    failed = Counter(trial["reason"] for trial in trials if trial["state"] == "failed")
    return [f"{count} failed: {reason}" for reason, count in failed.most_common()]


def _importance(shares: Mapping[str, float]) -> list[str]:
    if not shares:
        return ["too few whole trials to say what mattered"]
    wide = max(map(len, shares))
    return [
        f"  {name.ljust(wide)}  {share:>4.0%}  {'#' * round(30 * share)}"
        for name, share in shares.items()
    ]
