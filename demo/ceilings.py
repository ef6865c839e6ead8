"""The best accuracy that any reader can have, by what it sees: counted, for any factors.

A reader sees both actors of a clip, in no order. Within a group of streams that are bound, it sees
which cues belong to the same actor; between groups it does not.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from fractions import Fraction

from adf.demo.factors import Cues, Factors

# What each stream shows is the cue at its place.
STREAMS = ("rgb", "flow", "pose")
Groups = tuple[tuple[str, ...], ...]
Seen = Callable[[Cues, bool], tuple[Hashable, ...]]


def ceilings(factors: Factors, ordered: bool = True) -> dict[str, Fraction]:
    """Return the ceiling of every way to read the streams, ``rgb + flow x pose``: x binds.

    ``ordered`` readers know what of a motion comes first; others only how much there is of what.
    """
    known = sorted(filter(None, ways(STREAMS)), key=lambda groups: (sum(map(len, groups)), groups))
    return {spell(groups): ceiling(factors, groups, ordered) for groups in known}


def ceiling(factors: Factors, groups: Groups, ordered: bool = True) -> Fraction:
    """Return the accuracy of guessing the likeliest class of everything that can be seen."""
    seen = reader(factors, ordered)
    distractors = [seen(cues, False) for cues in factors.distractors()]
    classes = [seen(cues, True) for cues in factors.classes()]
    counts: dict[Hashable, Counter[int]] = {}
    for number, target in enumerate(classes):
        for distractor in distractors:
            sight = observed(groups, (target, distractor))
            counts.setdefault(sight, Counter())[number] += 1
    right = sum(max(guesses.values()) for guesses in counts.values())
    return Fraction(right, len(classes) * len(distractors))


def reader(factors: Factors, ordered: bool) -> Seen:
    """Return what makes of an actor's cues what is seen of them: names that mean the same do not
    differ.
    """

    def seen(cues: Cues, is_target: bool) -> tuple[Hashable, ...]:
        hues = factors.hues.target if is_target else factors.hues.distractor
        speeds = factors.speeds(cues.motion)
        motion = tuple(speeds if ordered else sorted(speeds))
        return hues[cues.hue] % 360, motion, factors.postures[cues.posture]

    return seen


def observed(groups: Groups, actors: Sequence[tuple[Hashable, ...]]) -> Hashable:
    """Return what a reader sees of the actors: for each group its cues of each, in no order."""
    places = [[STREAMS.index(stream) for stream in group] for group in groups]
    return tuple(
        frozenset(Counter(tuple(actor[at] for at in group) for actor in actors).items())
        for group in places
    )


def ways(streams: Sequence[str]) -> Iterator[Groups]:
    """Yield every way to leave streams out and to bind those left in groups."""
    if not streams:
        yield ()
        return
    first = streams[0]
    for groups in ways(streams[1:]):
        yield groups
        yield ((first,), *groups)
        for at, group in enumerate(groups):
            yield ((first, *group), *groups[:at], *groups[at + 1 :])


def spell(groups: Groups) -> str:
    """Return the name of a way to read: ``rgb + flow x pose``."""
    return " + ".join(" x ".join(group) for group in groups)
