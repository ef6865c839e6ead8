"""One way to look things up by name: stores, backbones, operations, search methods."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Generic, TypeVar

from adf.errors import UnknownName

T = TypeVar("T")


def nearest(name: str, known: list[str]) -> str:
    """Return `` Did you mean 'x'?`` for the closest known name, or nothing."""
    close = get_close_matches(name, known, n=1, cutoff=0.5)
    return f" Did you mean '{close[0]}'?" if close else ""


def own_name(thing: Any) -> str:
    """Return the name an object gives itself: ``pc_darts`` is spelled ``pc-darts`` by users."""
    name: str = getattr(thing, "name", None) or thing.__name__
    return name.replace("_", "-")


class Registry(Mapping[str, T], Generic[T]):
    """The members of one kind under their own names; a name is given once."""

    def __init__(self, kind: str, *members: T) -> None:
        self.kind = kind
        self._members: dict[str, T] = {}
        for member in members:
            self.add(member)

    def add(self, member: T) -> T:
        """Register ``member`` and return it, so that this also works as a decorator."""
        name = own_name(member)
        if name in self._members:
            raise ValueError(f"{self.kind} '{name}' is registered already: {self._members[name]!r}")
        self._members[name] = member
        return member

    def __getitem__(self, name: str) -> T:
        try:
            return self._members[name.replace("_", "-")]
        except KeyError:
            known = sorted(self._members)
            hint = nearest(name, known)
            raise UnknownName(
                f"no {self.kind} is called '{name}'.{hint} Known: {', '.join(known) or 'none'}"
            ) from None

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.replace("_", "-") in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)
