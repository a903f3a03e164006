"""YAML files that people edit, read strictly: every mistake is told with its file and line."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Self

import yaml

_NOWHERE: Final = yaml.Mark("", 0, 0, 0, "", 0)
_EMPTY: Final = yaml.MappingNode("tag:yaml.org,2002:map", [], _NOWHERE, _NOWHERE)


class CatalogError(Exception):
    """A mistake in a YAML file: "file:line: what is wrong / 무엇이 잘못되었는지"."""


class Section:
    """One mapping of a YAML file. Each key is taken once; `done` refuses those that nobody asked for."""

    def __init__(self, node: yaml.Node, file: str, line: int = 1) -> None:
        self.file = file
        self.line = line
        self._nodes: dict[str, yaml.Node] = {}
        self._lines: dict[str, int] = {}
        self._taken: set[str] = set()
        if not isinstance(node, yaml.MappingNode):
            raise self.error("이름: 값 꼴이어야 합니다 / a mapping is needed here")
        for key_node, value in node.value:
            key = str(_plain(key_node))
            self._lines[key] = key_node.start_mark.line + 1
            if key in self._nodes:
                raise self.error(f"'{key}'이(가) 두 번 있습니다 / '{key}' stands here twice", key)
            self._nodes[key] = value

    @classmethod
    def read(cls, path: Path) -> Self:
        """The top of a file.

        Raises:
            CatalogError: the file is missing, or isn't YAML.
        """
        try:
            node = yaml.compose(path.read_text("utf-8"), Loader=yaml.SafeLoader)
        except OSError as error:
            raise CatalogError(
                f"{path}: 파일을 읽을 수 없습니다 / can't be read ({error.strerror})"
            ) from None
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            raise CatalogError(f"{path}:{line}: YAML이 아닙니다 / not YAML: {error.problem}") from None
        if node is None:
            raise CatalogError(f"{path}:1: 빈 파일입니다 / the file is empty")
        return cls(node, str(path))

    def error(self, message: str, key: str | None = None) -> CatalogError:
        """An error at `key`'s line, or at the section's."""
        line = self.line if key is None else self._lines.get(key, self.line)
        return CatalogError(f"{self.file}:{line}: {message}")

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def value(self, key: str, default: Any = None) -> Any:
        """A plain value of any shape."""
        if key not in self._nodes:
            return default
        self._taken.add(key)
        return _plain(self._nodes[key])

    def text(self, key: str, default: str | None = None) -> str:
        """A text, which must be there unless a default is given."""
        value = self.value(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.error(f"'{key}'에 글이 필요합니다 / '{key}' needs a text", key)
        return " ".join(value.split())

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, or one text; empty when absent."""
        value = self.value(key, [])
        values = [value] if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(v, str) for v in values):
            raise self.error(f"'{key}'에 글의 목록이 필요합니다 / '{key}' needs a list of texts", key)
        if len(set(values)) < len(values):
            raise self.error(f"'{key}'에 같은 값이 두 번 있습니다 / '{key}' lists a value twice", key)
        return tuple(values)

    def integer(self, key: str, default: int) -> int:
        value = self.value(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.error(f"'{key}'에 정수가 필요합니다 / '{key}' needs a whole number", key)
        return value

    def flag(self, key: str) -> bool:
        """True or false; false when absent."""
        value = self.value(key, False)
        if not isinstance(value, bool):
            raise self.error(f"'{key}'에 true나 false가 필요합니다 / '{key}' needs true or false", key)
        return value

    def section(self, key: str) -> "Section":
        """The mapping under `key`; an empty one when absent."""
        self._taken.add(key)
        return Section(self._nodes.get(key, _EMPTY), self.file, self._lines.get(key, self.line))

    def sections(self, key: str) -> Mapping[str, "Section"]:
        """The mappings under `key`, by name."""
        inner = self.section(key)
        return {name: inner.section(name) for name in inner}

    def listed(self, key: str) -> tuple["Section", ...]:
        """The mapping, or the list of mappings, under `key`; empty when absent."""
        if key not in self._nodes:
            return ()
        self._taken.add(key)
        node = self._nodes[key]
        nodes = node.value if isinstance(node, yaml.SequenceNode) else [node]
        return tuple(Section(n, self.file, n.start_mark.line + 1) for n in nodes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._nodes)

    def done(self) -> None:
        """Refuse keys that were not read.

        Raises:
            CatalogError: there is one.
        """
        for key in self._nodes:
            if key not in self._taken:
                raise self.error(f"'{key}'은(는) 모르는 항목입니다 / nothing here is called '{key}'", key)


def korean(section: Section, key: str) -> str:
    """A text with Korean in it.

    Raises:
        CatalogError: it has none.
    """
    text = section.text(key)
    if not re.search("[가-힣]", text):
        raise section.error(f"'{key}'에 한국어가 필요합니다 / '{key}' must be Korean", key)
    return text


def _plain(node: yaml.Node) -> Any:
    return yaml.constructor.SafeConstructor().construct_document(node)
