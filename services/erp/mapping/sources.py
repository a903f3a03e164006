"""Where the value of a local column comes from. Pure: nothing but the row is read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.erp.mapping.cel import Expression, Row
from services.erp.mapping.values import join_key, read_text, refuse

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of the source, named on `line` of the file; an `optional` one may not exist: empty then."""

    name: str
    optional: bool
    line: int


@dataclass(frozen=True, slots=True)
class FirstOf:
    """The first of these columns that is not empty; nearly always there is just one."""

    columns: tuple[SourceColumn, ...]

    def evaluator(self, convert: Convert) -> Callable[[Row], Any]:
        names = [column.name for column in self.columns]
        if len(names) == 1:
            name = names[0]
            return lambda row: convert(row.get(name))

        def first(row: Row) -> Any:
            for name in names:
                value = convert(row.get(name))
                if value is not None:
                    return value
            return None

        return first


@dataclass(frozen=True, slots=True)
class Formula:
    """An expression; `source` is its text."""

    expression: Expression
    columns: tuple[SourceColumn, ...]
    source: str
    line: int

    def evaluator(self, convert: Convert) -> Callable[[Row], Any]:
        evaluate = self.expression.evaluate
        return lambda row: convert(evaluate(row))


@dataclass(frozen=True, slots=True)
class Constant:
    value: str
    columns: tuple[SourceColumn, ...] = ()

    def evaluator(self, convert: Convert) -> Callable[[Row], Any]:
        value = convert(self.value)
        return lambda _row: value


@dataclass(frozen=True, slots=True)
class JoinedKey:
    """A key of several parts as one text."""

    parts: tuple[FirstOf | Formula | Constant, ...]

    @property
    def columns(self) -> tuple[SourceColumn, ...]:
        return tuple(column for part in self.parts for column in part.columns)

    def evaluator(self, convert: Convert) -> Callable[[Row], Any]:
        parts = [part.evaluator(read_text) for part in self.parts]
        if len(parts) == 1:
            (only,) = parts
            return lambda row: convert(only(row))
        return lambda row: convert(join_key([part(row) for part in parts]))


@dataclass(frozen=True, slots=True)
class Enumeration:
    """The source's word -> ours, `otherwise` for the rest (None refuses them); empty is empty, or word ""."""

    word: FirstOf | Formula
    words: Mapping[str, str]
    otherwise: str | None

    @property
    def columns(self) -> tuple[SourceColumn, ...]:
        return self.word.columns

    def evaluator(self, convert: Convert) -> Callable[[Row], Any]:
        read = self.word.evaluator(read_text)
        # Both sides converted once: a flag's or an amount's value is as good as a word.
        words = {theirs: convert(ours) for theirs, ours in self.words.items()}
        otherwise = convert(self.otherwise)
        refused = self.otherwise is None

        def translate(row: Row) -> Any:
            word = read(row) or ""
            if word in words:
                return words[word]
            if refused and word:
                raise refuse("매핑의 values에 없는 값입니다", "not listed under values", word)
            return otherwise if word else None

        return translate


Value = FirstOf | JoinedKey | Enumeration | Constant | Formula
