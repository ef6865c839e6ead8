"""The progressive search of MFAS: row after row is added to the best, or exchanged in them.

First all networks of one row are trained; a few of them are drawn, given each possible second row,
and what their training and a surrogate let expect says which of those are trained. With the last
row it starts over at the first, which is now exchanged. Every step is written down before its
trainings, and what the surrogate learned after them.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import count

import numpy as np

from adf.search.judge import Verdict
from adf.search.mfas.rows import SEARCHED, FusionRows
from adf.search.mfas.sampling import cooled, drawn, log_chances
from adf.search.mfas.space import Code, RowSpace
from adf.search.mfas.surrogate import MEMBERS, Oracle
from adf.search.study import Study

# Trains a network for the n-th time, from 0.
Trainer = Callable[[FusionRows, int], Verdict[FusionRows]]
CHECKPOINT = "mfas"


class Exploration:
    """What is known of candidates, and how many more can be trained."""

    def __init__(self, study: Study, trainer: Trainer) -> None:
        settings = study.settings
        self.study, self.trainer, self.settings = study, trainer, settings.mfas
        self.space = RowSpace(study.space.choices, settings.mfas)
        self.store: dict[Code, Verdict[FusionRows]] = {}
        self.left = settings.budget // settings.train.epochs
        self._released = settings.mfas.mode == "faithful"
        self._times, self._idle = Counter[Code](), 0
        self._first = self._first_rows()
        self._steps = self._affordable_steps()
        improved = settings.mfas.mode == "improved"
        sizes = [*map(len, self.space.choices), SEARCHED]
        self._oracle = Oracle(
            len(sizes), sizes if improved else None, MEMBERS if improved else 1, settings.seed
        )
        self._learned = -1

    def run(self) -> FusionRows:
        """Explore until nothing is left to spend or to try, and return the best."""
        if state := self.study.saved(CHECKPOINT):
            self._oracle.restore(state)
            self._learned = state["step"]
        before: list[Code] = []
        for step in count():
            before = self._step(step, before)
            if self._over(step):
                break
        return self.best.genotype

    @property
    def best(self) -> Verdict[FusionRows]:
        """The best verdict there is; of equals, the first."""
        return max(self.store.values(), key=lambda verdict: verdict.rank)

    def _first_rows(self) -> list[Code]:
        """Return the networks of the first step.

        All there are, as far as the budget pays; except as released, half of it is the most, or
        networks of several rows might never be reached.
        """
        codes = self.space.unfolded([()], 0)
        most = self.left if self._released else max(self.left // 2, 1)
        if len(codes) <= most:
            return codes
        order = np.random.default_rng(self.study.settings.seed).permutation(len(codes))
        return [codes[at] for at in order[:most]]

    def _affordable_steps(self) -> int:
        affordable = 1 - (len(self._first) - self.left) // self.settings.samples
        most = self.settings.iterations * self.settings.fusions
        return min(affordable, most) if most else affordable

    def _over(self, step: int) -> bool:
        done = step + 1 == self.settings.iterations * self.settings.fusions
        # A whole iteration without a new candidate: the next one would hardly find any.
        return done or not self.left or self._idle == self.settings.fusions

    def _step(self, step: int, before: list[Code]) -> list[Code]:
        """Train some candidates, and return those that the next step goes on from."""
        known = len(self.store)
        if step == 0:
            self._train(self._first)
        codes = self._drawn(step, before)
        if step > 0:
            self._train(codes)
        self._idle = 0 if self._released or len(self.store) > known else self._idle + 1
        if self.left and step > self._learned:
            self._oracle.learn({code: verdict.accuracy for code, verdict in self.store.items()})
            self.study.save(CHECKPOINT, {"step": step, **self._oracle.state()})
        return codes

    def _drawn(self, step: int, before: list[Code]) -> list[Code]:
        line = self.study.memory.known("drawn", step)
        if line is None:
            heat = cooled(self.settings, step, self._steps)
            candidates = self._candidates(step, before)
            if step == 0:
                expected = np.array([self.store[code].accuracy for code in candidates])
            else:
                expected = self._oracle.expected(candidates)
            random = np.random.default_rng([self.study.settings.seed, step])
            chances = log_chances(self.settings.mode, expected, heat)
            chosen = drawn(chances, self.settings.samples, random)
            line = self.study.memory.tell(
                "drawn",
                step,
                temperature=heat,
                candidates=len(candidates),
                rows=[candidates[at] for at in chosen],
                expected=[float(expected[at]) for at in chosen],
            )
        return [tuple(tuple(row) for row in rows) for rows in line["rows"]]

    def _candidates(self, step: int, before: list[Code]) -> list[Code]:
        if step == 0:
            return self._first
        found = self.space.unfolded(before, step % self.settings.fusions)
        # What comes of several is as likely as several, as it was released.
        return found if self._released else list(dict.fromkeys(found))

    def _train(self, codes: Iterable[Code]) -> None:
        """Train what is not known, and as released anything again, as long as the budget pays."""
        for code in codes:
            if self.left and (self._released or code not in self.store):
                verdict = self.trainer(self.space.build(code), self._times[code])
                self._times[code] += 1
                self.left -= 1
                old = self.store.get(code)
                if old is None or verdict.rank > old.rank:
                    self.store[code] = verdict
                if self.best is verdict:
                    self.study.propose(verdict.genotype)
