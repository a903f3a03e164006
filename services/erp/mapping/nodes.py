"""YAML with line numbers, every scalar as the text that was written (N stays N, 02 stays 02)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

import yaml

_MERGE: Final = "tag:yaml.org,2002:merge"


class MappingError(ValueError):
    """What is wrong with a mapping file: one `file:line: problem` a line."""


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of the file that knows where it stands."""

    file: str
    line: int
    value: "str | Sequence[Node] | Mapping[str, Node]"

    def fail(self, problem: str) -> NoReturn:
        raise MappingError(f"{self.file}:{self.line}: {problem}")

    @property
    def text(self) -> str:
        if not isinstance(self.value, str):
            self.fail("one value is expected here, not a list or a block")
        return self.value

    @property
    def items(self) -> "Sequence[Node]":
        """A list; a single value counts as a list of one."""
        if isinstance(self.value, str):
            return [self]
        if isinstance(self.value, Mapping):
            self.fail("a list is expected here")
        return self.value

    @property
    def fields(self) -> "Mapping[str, Node]":
        if not isinstance(self.value, Mapping):
            self.fail("`name: value` lines are expected here")
        return self.value

    def only(self, *names: str) -> "Mapping[str, Node]":
        """The fields, none of which may have another name."""
        for name, node in self.fields.items():
            if name not in names:
                node.fail(f"unknown entry {name!r}; there are {', '.join(names)}")
        return self.fields


def read_nodes(text: str, file: str) -> Node:
    """Raises MappingError where it is not YAML, or uses a name twice."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        hint = " (inside [ ] and { } a name with ? needs quotes)" if "'?'" in str(error.problem) else ""
        raise MappingError(f"{file}:{line}: not YAML: {error.problem}{hint}") from None
    except yaml.YAMLError as error:
        raise MappingError(f"{file}:1: not YAML: {error}") from None
    if root is None:
        raise MappingError(f"{file}:1: the file is empty")
    return _node(root, file)


def _node(node: yaml.Node, file: str) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        return Node(file, line, dict(_pairs(node, file)))
    if isinstance(node, yaml.SequenceNode):
        return Node(file, line, [_node(child, file) for child in node.value])
    return Node(file, line, str(node.value))


def _pairs(node: yaml.MappingNode, file: str) -> Iterator[tuple[str, Node]]:
    """Those of a merged block (`<<: *other`) first: one written here takes its place."""
    for name_node, value_node in node.value:
        if name_node.tag == _MERGE:
            several = value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]
            for merged in several:
                if not isinstance(merged, yaml.MappingNode):
                    raise MappingError(f"{file}:{name_node.start_mark.line + 1}: << takes a block: <<: *name")
                yield from _pairs(merged, file)
    seen: set[str] = set()
    for name_node, value_node in node.value:
        if name_node.tag == _MERGE:
            continue
        name, line = str(name_node.value), name_node.start_mark.line + 1
        if name in seen:
            raise MappingError(f"{file}:{line}: {name!r} stands here twice")
        seen.add(name)
        yield name, Node(file, line, _node(value_node, file).value)
