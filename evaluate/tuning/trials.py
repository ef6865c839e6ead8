"""The trials of a tuning: who is at work on which, and what came out, a folder each."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import optuna
from optuna.pruners import NopPruner
from optuna.storages import JournalStorage
from optuna.trial import TrialState

from adf import metrics
from adf.emit import block
from adf.evaluate.tuning.journal import Journal, alone, held
from adf.evaluate.tuning.pruning import Hyperband
from adf.evaluate.tuning.sampling import sampler, suggest
from adf.evaluate.tuning.settings import TuneSettings
from adf.evaluate.tuning.space import CHANNELS, Dimension, Value
from adf.files import write_atomic

NAME = "tuning"
LOCK = "trials.lock"
JOURNAL = "trials.jsonl"
FOLDER = "trials"
RESULT = "result.json"
State = Literal["complete", "pruned", "failed"]
WAITING = TrialState.WAITING
STATES: dict[State, TrialState] = {
    "complete": TrialState.COMPLETE,
    "pruned": TrialState.PRUNED,
    "failed": TrialState.FAIL,
}


@dataclass(frozen=True)
class Record:
    """How a trial ended; ``accuracy`` is that on the videos that judge, after ``epochs``."""

    number: int
    state: State
    params: Mapping[str, Value]
    accuracy: float | None
    loss: float | None
    epochs: int
    seconds: float
    reason: str = ""


class Claim(NamedTuple):
    """A trial that this process is at work on."""

    trial: optuna.Trial
    params: dict[str, Value]
    folder: Path


class Trials:
    """What the workers of one tuning share; a trial belongs to the one that holds its lock."""

    def __init__(self, folder: Path, settings: TuneSettings, channels: int) -> None:
        self._folder, self._settings = folder, settings
        self._space = settings.dimensions()
        most, least = settings.most_epochs(), settings.least
        self._pruner = Hyperband(least, most, settings.eta) if least else NopPruner()
        (folder / FOLDER).mkdir(exist_ok=True)
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._storage = JournalStorage(Journal(folder / JOURNAL))
        with alone(folder / LOCK):
            study = optuna.create_study(
                storage=self._storage, study_name=NAME, direction="maximize", load_if_exists=True
            )
            first = starting_point(settings, self._space, channels)
            if first and not study.get_trials(deepcopy=False):
                study.enqueue_trial(first)

    @contextmanager
    def claim(self) -> Iterator[Claim | None]:
        """Hold a trial that nobody is at work on; None where all have been made.

        One that a dead worker left comes first, with what it was to be made with.
        """
        with ExitStack() as stack:
            with alone(self._folder / LOCK):
                trial = self._left_behind(stack) or self._another(stack)
                claim = self._claimed(trial) if trial else None
            yield claim

    def lacking(self) -> int:
        """Return how many trials have not ended yet, begun or not."""
        trials = self._study().get_trials(deepcopy=False)
        return self._settings.trials - sum(trial.state.is_finished() for trial in trials)

    def end(self, claim: Claim, record: Record) -> None:
        """Write down how a trial ended."""
        text = json.dumps(asdict(record), indent=2, default=metrics.plain) + "\n"
        # First this: a trial that the journal calls ended is in its folder, too.
        write_atomic(claim.folder / RESULT, text.encode())
        state = STATES[record.state]
        value = record.accuracy if record.state == "complete" else None
        claim.trial.study.tell(claim.trial, value, state)

    def _left_behind(self, stack: ExitStack) -> optuna.Trial | None:
        study = self._study()
        for left in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            if self._locked(stack, left.number):
                return optuna.Trial(study, left._trial_id)
        return None

    def _another(self, stack: ExitStack) -> optuna.Trial | None:
        study = self._study()
        made = [each for each in study.get_trials(deepcopy=False) if each.state != WAITING]
        if len(made) >= self._settings.trials:
            return None
        trial = study.ask()
        self._locked(stack, trial.number)
        return trial

    def _locked(self, stack: ExitStack, number: int) -> bool:
        """Take the lock of a trial, held as long as the stack, unless somebody has it."""
        folder = place_of(self._folder, number)
        folder.mkdir(exist_ok=True)
        return held(stack.enter_context(open(folder / "lock", "ab")), wait=False)

    def _claimed(self, trial: optuna.Trial) -> Claim:
        seed, kind = self._settings.seed, self._settings.sampler
        trial.study.sampler = sampler(kind, self._space, seed, trial.number)
        claim = Claim(trial, suggest(trial, self._space), place_of(self._folder, trial.number))
        words = block(as_settings(claim.params), {})
        write_atomic(claim.folder / "params.yaml", words.encode())
        return claim

    def _study(self) -> optuna.Study:
        return optuna.load_study(study_name=NAME, storage=self._storage, pruner=self._pruner)


def starting_point(
    settings: TuneSettings, space: Mapping[str, Dimension], channels: int
) -> dict[str, Value]:
    """Return what is trained with as it is, if the space has it: the best is no worse than that."""
    now = {CHANNELS: channels, **asdict(settings.train)}
    inside = all(now[name] in dimension for name, dimension in space.items())
    return {name: now[name] for name in space} if inside else {}


def as_settings(params: Mapping[str, Value]) -> dict[str, Value]:
    """Return hyper-parameters by the dotted names of settings."""
    return {name if name == CHANNELS else f"train.{name}": params[name] for name in params}


def place_of(folder: Path, number: int) -> Path:
    """Return the folder of a trial."""
    return folder / FOLDER / f"{number:04d}"


def records(folder: Path) -> list[Record]:
    """Return the trials that have ended, in their order."""
    found = sorted((folder / FOLDER).glob(f"*/{RESULT}"))
    return sorted((Record(**json.loads(file.read_text())) for file in found), key=_number)


def _number(record: Record) -> int:
    return record.number
