"""The umbrella command ``adf``: a table of commands, each imported only when it is called."""

from importlib import import_module
from typing import Any, NamedTuple, NoReturn

import click
from click.shell_completion import CompletionItem

from adf import __version__
from adf.cli import Group
from adf.errors import MissingDependency
from adf.registry import nearest


class Entry(NamedTuple):
    """Where a command is defined, and what ``adf --help`` says of it without importing it."""

    place: str
    text: str


COMMANDS = {
    "cache": Entry("adf.cache.cli:cache", "Look at feature caches, check, move and make them."),
    "demo": Entry("adf.demo.cli:demo", "Go the whole way on generated videos."),
    "extract": Entry("adf.extract.cli:extract", "Write the features of videos into a cache, once."),
    "search": Entry("adf.search.cli:search", "Search how to fuse the levels of a cache."),
    "eval": Entry("adf.evaluate.cli:evaluate", "Train what was found, and compare it."),
    "league": Entry("adf.evaluate.league.cli:league", "Let all methods search for as long."),
    "predict": Entry("adf.evaluate.prediction.cli:predict", "Say what is done in a video."),
    "report": Entry("adf.evaluate.report.cli:report", "Draw what runs found as one page."),
    "doctor": Entry("adf.doctor:doctor", "Check this installation and say what to do."),
}

# Each line is what click documents for the start-up file of that shell.
COMPLETION = {
    "bash": ("~/.bashrc", 'eval "$(_ADF_COMPLETE=bash_source adf)"'),
    "zsh": ("~/.zshrc", 'eval "$(_ADF_COMPLETE=zsh_source adf)"'),
    "fish": ("~/.config/fish/completions/adf.fish", "_ADF_COMPLETE=fish_source adf | source"),
}


class Umbrella(Group):
    """A group that knows the names of its commands before it has imported them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names, those of the table and those defined here."""
        return sorted((*COMMANDS, *self.commands))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command; this is the moment when it is imported."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = COMMANDS[cmd_name].place.partition(":")
        try:
            command: click.Command = getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            if error.name is None or not module.startswith(error.name):
                raise
            text = f"'adf {cmd_name}' is not part of this installation: there is no {error.name}"
            raise MissingDependency(text) from None
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that the first argument names, or say which one is near to it."""
        name, known = args[0], self.list_commands(ctx)
        if name not in known and not name.startswith("-") and not ctx.resilient_parsing:
            raise click.UsageError(f"No such command '{name}'.{nearest(name, known)}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._text(name)) for name in self.list_commands(ctx)])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete names from the table; click's own way imports every command."""
        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [CompletionItem(name, help=self._text(name)) for name in names] + options

    def _text(self, name: str) -> str:
        entry = COMMANDS.get(name)
        return entry.text if entry else self.commands[name].get_short_help_str()


@click.group(cls=Umbrella, context_settings={"auto_envvar_prefix": "ADF"})
@click.version_option(__version__, prog_name="adf")
def cli() -> None:
    """Extract features once, search how to fuse them, prove that the result is better."""


@cli.command()
@click.argument("shell", type=click.Choice(list(COMPLETION)))
def completion(shell: str) -> None:
    """Print the line that installs completion."""
    file, line = COMPLETION[shell]
    click.echo(f"Add this line to {file}, or: adf completion {shell} >> {file}", err=True)
    click.echo(line)


def main(**extra: Any) -> NoReturn:
    """Run the umbrella command: the console script ``adf``."""
    cli.main(prog_name="adf", **extra)
