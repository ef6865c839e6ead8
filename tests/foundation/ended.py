"""A command of a group whose body ends as a test wants it to."""

from typing import Any

import click
import pytest

from adf.cli import Group, emit, json_option


def ended(error: BaseException | None, *words: str, result: Any = None) -> int:
    """Return the exit code of a command whose body raises ``error`` or returns ``result``.

    ``words`` may begin with the name of the command: ``late`` fails after it has given its answer.
    """

    @click.group(cls=Group, context_settings={"auto_envvar_prefix": "ADF_TRY"})
    def group() -> None:
        pass

    @group.command()
    @click.option("--kind", type=click.Choice(["a", "b"]))
    @click.option("--note")
    @json_option
    def work(kind: str | None, note: str | None, as_json: bool) -> Any:
        del kind, note
        if error:
            raise error
        if as_json:
            emit({"ok": True})
        return result

    @group.command()
    @click.argument("path")
    @json_option
    def late(path: str, as_json: bool) -> None:
        emit({"path": path, "json": as_json})
        raise error or AssertionError

    with pytest.raises(SystemExit) as caught:
        group.main([*words] if words[:1] in (("late",), ("nothing",)) else ["work", *words])
    code = caught.value.code
    assert isinstance(code, int)
    return code
