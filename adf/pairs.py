"""The second spelling of ``--set``: key and value as words of their own."""

import re

import click

NUMBER = re.compile(r"[+-]\.?(\d|inf)")


def one_form(args: list[str]) -> list[str]:
    """Return ``args`` with each ``--set A.B C D.E F`` as ``--set A.B=C --set D.E=F``."""
    waiting, rewritten = list(args), []
    while waiting:
        word = waiting.pop(0)
        rewritten.append(word)
        if word == "--":
            break
        if word == "--set" and waiting and "=" not in waiting[0]:
            del rewritten[-1]
            while waiting and not _is_option(waiting[0]):
                rewritten += ["--set", _pair(waiting)]
    return rewritten + waiting


def _is_option(word: str) -> bool:
    return len(word) > 1 and word.startswith("-") and not NUMBER.match(word)


def _pair(waiting: list[str]) -> str:
    key = waiting.pop(0)
    if "=" in key:
        return key
    if NUMBER.match(key) or not waiting or _is_option(waiting[0]):
        raise click.UsageError(f"--set: '{key}' has no value. Write --set {key}=VALUE.")
    return f"{key}={waiting.pop(0)}"
