"""The one reader of YAML that people write: plain mappings, lists and values, within bounds.

Aliases, anchors, tags, merge keys and repeated keys are refused before anything is built from
them: a few lines of them can stand for gigabytes, or say one thing and mean another.
"""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_DIGITS = 40  # of a number; reading ten thousands of them takes quadratic time
_SURROGATE = re.compile("[\ud800-\udfff]")


class UnreadableError(Exception):
    """Why the text is not taken, in one line, with its place."""


def load(path: Path) -> Any:  # noqa: ANN401 - what YAML holds
    """The document of a file.

    Raises:
        OSError: The file cannot be opened.
        UnreadableError: It is too large, no UTF-8, no YAML, or more than plain YAML.
    """
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    return parse(content)


def parse(content: bytes) -> Any:  # noqa: ANN401 - what YAML holds
    """The document of some bytes.

    Raises:
        UnreadableError: As load.
    """
    if len(content) > MAX_BYTES:
        raise UnreadableError(f"it has more than {MAX_BYTES:,} bytes")
    try:
        return yaml.load(content.decode("utf-8"), Loader=_PlainLoader)  # noqa: S506 - a safe loader
    except UnicodeDecodeError as error:
        raise UnreadableError(f"it is not UTF-8 (byte {error.start})") from error
    except yaml.MarkedYAMLError as error:
        place = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise UnreadableError(f"{place}{error.problem or error.context}") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise UnreadableError(" ".join(str(error).split())) from error


class _PlainLoader(yaml.SafeLoader):
    """Refuses at the first event what is more than plain YAML."""

    _depth = 0

    def compose_node(self, parent: "Node | None", index: int) -> "Node | None":
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self._refuse("anchors and aliases are not read here", event.start_mark)
        if event.tag:
            self._refuse("tags are not read here", event.start_mark)
        if self._depth >= MAX_DEPTH:
            self._refuse(f"it is nested more than {MAX_DEPTH} levels deep", event.start_mark)
        self._depth += 1
        node = super().compose_node(parent, index)
        self._depth -= 1
        if isinstance(node, yaml.ScalarNode):
            self._check_scalar(node)
        return node

    def _check_scalar(self, node: yaml.ScalarNode) -> None:
        is_number = node.tag.endswith((":int", ":float"))
        if is_number and len(node.value) > MAX_DIGITS:
            self._refuse(f"a number has more than {MAX_DIGITS} digits", node.start_mark)
        if _SURROGATE.search(node.value):
            self._refuse("half of a surrogate pair is no character", node.start_mark)

    def construct_mapping(self, node: "MappingNode", deep: bool = False) -> Any:  # noqa: ANN401 - theirs
        keys = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._refuse("a key is text, not a list or a section", key.start_mark)
            if key.tag == "tag:yaml.org,2002:merge":
                self._refuse("merge keys (<<) are not read here", key.start_mark)
            if key.value in keys:
                self._refuse(f"the key '{key.value}' is there twice", key.start_mark)
            keys.add(key.value)
        return super().construct_mapping(node, deep)

    def _refuse(self, reason: str, mark: yaml.Mark) -> None:
        raise yaml.MarkedYAMLError(problem=reason, problem_mark=mark)
