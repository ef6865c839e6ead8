"""A prefix of an object store, as the folder of a cache."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from adf.cache.folder import Bytes
from adf.errors import AdfError, Exit, InputNotFound, InvalidInput, MissingDependency

if TYPE_CHECKING:
    from obstore.store import ObjectStore


class TransferFailed(AdfError, ConnectionError):
    """The object store did not answer or refused; the same command goes on where it stopped."""

    exit_code = Exit.INTERRUPTED


class ObjectFolder:
    """A prefix of an object store; an object is there whole or not at all."""

    path: Path | None = None

    def __init__(self, url: str) -> None:
        try:
            from obstore.store import from_url
        except ImportError as error:
            raise MissingDependency(
                f"{url} needs the package obstore: pip install 'autodeepfuse[s3]'"
            ) from error
        self._url = url.rstrip("/")
        self._last: tuple[str, Bytes] = "", np.empty(0, np.uint8)
        # Plain http is what test servers and private networks speak; https URLs stay https.
        insecure = os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://")
        try:
            self._store: ObjectStore = from_url(
                self._url,
                client_options={"allow_http": True} if insecure else None,
                # The default would keep a user waiting for minutes before the error.
                retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=60)},
            )
        except Exception as error:
            raise InvalidInput(
                f"{url} is not an address of an object store: {first_line(error)}"
            ) from error

    def __str__(self) -> str:
        return self._url

    def read(self, name: str) -> bytes:
        """Return an object."""
        import obstore

        data: bytes = self._ask(name, lambda: bytes(obstore.get(self._store, name).bytes()))
        return data

    def map(self, name: str) -> Bytes:
        """Return an object; the last one is kept, since several arrays may lie in it."""
        if name != self._last[0]:
            self._last = name, np.frombuffer(self.read(name), np.uint8)
        return self._last[1]

    def write(self, name: str, data: Any, *, exclusive: bool = False) -> bool:
        """Put an object."""
        import obstore

        if exclusive and self.has(name):
            return False
        self._last = "", np.empty(0, np.uint8)
        self._ask(name, lambda: obstore.put(self._store, name, bytes(data)))
        return True

    def names(self, under: str = "") -> Iterator[str]:
        """Yield the names of all objects below ``under``, sorted."""
        import obstore

        pages = self._ask(under, lambda: list(obstore.list(self._store, under.rstrip("/") or None)))
        yield from sorted(entry["path"] for page in pages for entry in page)

    def has(self, name: str) -> bool:
        """Say whether the object is there."""
        import obstore

        try:
            self._ask(name, lambda: obstore.head(self._store, name))
        except InputNotFound:
            return False
        return True

    def remove(self, name: str) -> None:
        """Remove an object."""
        import obstore

        self._ask(name, lambda: obstore.delete(self._store, name))

    def _ask(self, name: str, call: Callable[[], Any]) -> Any:
        try:
            return call()
        except FileNotFoundError:
            raise InputNotFound(f"{self._url}/{name} is missing") from None
        except Exception as error:
            raise TransferFailed(
                f"{self._url}/{name}: {first_line(error)}; check the address and the credentials "
                "(the AWS_... variables), then run the same command again"
            ) from error


def first_line(error: Exception) -> str:
    """Return what an error says before it goes into details."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
