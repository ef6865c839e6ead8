"""YAML read strictly, as nodes: the text of each value and its line, never an object made of it."""

from pathlib import Path

import yaml
from yaml.composer import ComposerError

from adf.errors import ConfigError, InputNotFound, InvalidInput

PLAIN_TEXT = "tag:yaml.org,2002:str"
NOTHING = ("", "~", "null", "Null", "NULL")


class NotAllowed(ComposerError):
    """Valid YAML that would lose something in silence, or that asks for objects."""

    def __init__(self, problem: str, at: yaml.Mark) -> None:
        super().__init__(problem=problem, problem_mark=at)


class _StrictLoader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        tag = getattr(event, "tag", None)
        if tag is not None:
            spelled = tag.replace("tag:yaml.org,2002:", "!!")
            raise NotAllowed(f"the tag {spelled} is not allowed", event.start_mark)
        return super().compose_node(parent, index)

    def compose_mapping_node(self, anchor: dict[str, yaml.Node]) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen: dict[str, int] = {}
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise NotAllowed("a key must be one word", key.start_mark)
            line = key.start_mark.line + 1
            if key.value in seen:
                twice = f"'{key.value}' is set twice, in lines {seen[key.value]} and {line}"
                raise NotAllowed(twice, key.start_mark)
            seen[key.value] = line
        return node


def compose(text: str) -> yaml.Node | None:
    """Return the root node of a YAML text, None where it is empty, or raise ``yaml.YAMLError``."""
    try:
        return yaml.compose(text, Loader=_StrictLoader)
    except RecursionError:
        raise ConfigError(f"nested too deeply: '{cut(text)}'") from None


def read(path: Path, title: str) -> yaml.Node | None:
    """Return the root node of the file ``path``, which errors call ``title``."""
    try:
        return compose(path.read_text("utf-8-sig"))
    except ConfigError as error:
        raise ConfigError(f"{title}: {error}") from None
    except FileNotFoundError:
        raise InputNotFound(f"there is no configuration file {title}") from None
    except OSError as error:
        raise InvalidInput(f"cannot read {title}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ConfigError(f"{title} is not a text file in UTF-8") from None
    except NotAllowed as error:
        raise ConfigError(f"{title}:{_line(error.problem_mark)}: {error.problem}") from None
    except yaml.MarkedYAMLError as error:
        where = f"{title}:{_line(error.problem_mark)}"
        raise ConfigError(f"{where}: not valid YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{title}: not valid YAML: {str(error).splitlines()[0]}") from None


def _line(mark: yaml.Mark | None) -> int:
    return mark.line + 1 if mark else 1


def text_node(text: str) -> yaml.ScalarNode:
    """Return the node of a plain, unquoted text."""
    return yaml.ScalarNode(PLAIN_TEXT, text)


def is_null(node: yaml.Node) -> bool:
    """Return whether ``node`` says null; in quotation marks that is a word like any other."""
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value in NOTHING


def parse(text: str) -> yaml.Node:
    """Return the node of a value typed in a shell: flow YAML where it is that, else plain text."""
    text = text.strip()
    if text.startswith(("[", "{", '"', "'")):
        try:
            return compose(text) or text_node(text)
        except yaml.YAMLError:
            pass
    return text_node(text)


def shown(node: yaml.Node, limit: int = 60) -> str:
    """Return the text of ``node`` on one line, cut to ``limit`` characters, for an error."""
    text = node.value
    if not isinstance(node, yaml.ScalarNode):
        start, end = node.start_mark, node.end_mark
        text = (start.buffer or "")[start.pointer : end.pointer]
    return cut(text, limit)


def cut(text: str, limit: int = 60) -> str:
    """Return ``text`` on one line of at most ``limit`` characters."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
