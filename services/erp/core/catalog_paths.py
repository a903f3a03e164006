"""Paths of the catalog's YAML over the local model's references: `sales_invoice.customer.territory`."""

import re
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Boolean, Column, Date, Table

from services.erp.core.catalog import Condition, Expression, Path, Term, Test
from services.erp.core.yaml_section import CatalogError, Section
from services.erp.exact_decimal import ExactDecimal
from services.erp.local_model import metadata

Columns = Mapping[str, Column[Any]]
"""What stands in a fact's rows: name -> a column like it."""

_KIND: Final = re.compile(r"(?P<name>\w+)\[(?P<kind>\w+)\]")
_TERMS: Final = re.compile(r"\s*([+-]?)\s*([a-z_]+)")


def columns_of(table: Table) -> Columns:
    return dict(table.c)


def table_named(name: str, section: Section, key: str) -> Table:
    if name not in metadata.tables:
        raise section.error(
            f"로컬 모델에 표 '{name}'이(가) 없습니다 / no table '{name}' in the local model", key
        )
    return metadata.tables[name]


def path(text: str, columns: Columns, section: Section, key: str) -> Path:
    """`a.b.c`: over the references a_id and b_id, to the column c or the reference c_id; `c[kind]`: c_id where c_type
    says that kind.

    Raises:
        CatalogError: a step is no column, or no reference to one row (that would count rows more than once).
    """
    steps: list[tuple[str, Table]] = []
    *names, last = text.split(".")
    for name in names:
        column = columns.get(f"{name}_id")
        if column is None or "references" not in column.info:
            raise _not_a_reference(name, columns, section, key)
        target = metadata.tables[column.info["references"]]
        steps.append((column.name, target))
        columns = columns_of(target)
    if found := _KIND.fullmatch(last):
        return _of_kind(found["name"], found["kind"], tuple(steps), columns, section, key)
    name = last if last in columns else f"{last}_id"
    if name not in columns:
        raise section.error(f"열 '{text}'이(가) 없습니다 / unknown column '{text}'", key)
    own = columns[name].table.name if name == "id" else None  # the row itself
    return Path(tuple(steps), name, own or columns[name].info.get("references"))


def _of_kind(
    name: str, kind: str, steps: tuple[tuple[str, Table], ...], columns: Columns, section: Section, key: str
) -> Path:
    said = columns.get(f"{name}_type")
    if said is None or kind not in said.info.get("values", ()) or f"{name}_id" not in columns:
        raise section.error(f"열 '{name}[{kind}]'이(가) 없습니다 / unknown column '{name}[{kind}]'", key)
    return Path(steps, f"{name}_id", kind, (f"{name}_type", kind))


def _not_a_reference(name: str, columns: Columns, section: Section, key: str) -> CatalogError:
    if f"{name}_id" in columns or name in columns:
        return section.error(
            f"'{name}'은(는) 한 행만 가리키는 참조가 아니라서 행이 중복됩니다 / "
            f"'{name}' does not lead to one row: the join would fan out",
            key,
        )
    return section.error(f"열 '{name}'이(가) 없습니다 / unknown column '{name}'", key)


def expression(section: Section, key: str, columns: Columns) -> Expression:
    """The path, or the list of paths of which the first that leads to something counts; empty when absent."""
    return tuple(path(text, columns, section, key) for text in section.texts(key))


def column_of(found: Path, columns: Columns) -> Column[Any]:
    return found.steps[-1][1].c[found.column] if found.steps else columns[found.column]


def conditions(section: Section, columns: Columns, due: Expression) -> tuple[Condition, ...]:
    """`where`: path -> a value, a list of them, {not: …}, {above: n} or {before: as_of}; `due` = the due
    date.
    """
    found = tuple(_condition(section, key, columns, due) for key in section)
    section.done()
    return found


def _condition(section: Section, key: str, columns: Columns, due: Expression) -> Condition:
    value = section.value(key)
    if key == "due" and due:
        target, like = due, column_of(due[0], columns)
    else:
        target = (path(key, columns, section, key),)
        like = column_of(target[0], columns)
    test = Test.IN
    if isinstance(value, dict):
        word, value = next(iter(value.items())) if len(value) == 1 else ("", None)
        words = {
            "not": Test.NOT_IN,
            "above": Test.ABOVE,
            "at_least": Test.AT_LEAST,
            "before": Test.BEFORE_AS_OF,
        }
        if word not in words:
            raise section.error(
                f"'{key}'의 조건은 {', '.join(words)} 가운데 하나여야 합니다 / "
                f"the condition on '{key}' must be one of {', '.join(words)}",
                key,
            )
        test = words[word]
    if test is Test.BEFORE_AS_OF:
        if value != "as_of" or not isinstance(like.type, Date):
            raise section.error(f"'{key}'은(는) before: as_of만 됩니다 / only before: as_of, on a date", key)
        return Condition(target, test)
    values = tuple(value) if isinstance(value, list) else (value,)
    for one in values:
        _check_value(section, key, like, test, one)
    return Condition(target, test, values)


def _check_value(section: Section, key: str, like: Column[Any], test: Test, value: Any) -> None:
    if isinstance(like.type, Boolean):
        fits = isinstance(value, bool) and test is Test.IN
    elif isinstance(like.type, ExactDecimal):
        number = isinstance(value, int) and not isinstance(value, bool)
        fits = number and test in (Test.ABOVE, Test.AT_LEAST)
    else:
        fits = (
            isinstance(value, str)
            and value in like.info.get("values", (value,))
            and test in (Test.IN, Test.NOT_IN)
        )
    if not fits:
        raise section.error(f"'{key}'에는 {value!r} 값이 없습니다 / '{key}' can't be {value!r}", key)


def terms(section: Section, key: str) -> tuple[Term, ...]:
    """`credit - debit` as signed names."""
    text = section.text(key)
    found: list[Term] = []
    at = 0
    while at < len(text):
        match = _TERMS.match(text, at)
        if match is None or (found and not match[1]):
            raise section.error(
                f"'{key}'은(는) 이름과 +, -만 됩니다 / '{key}' takes names, + and - only", key
            )
        found.append(Term(-1 if match[1] == "-" else 1, match[2]))
        at = match.end()
    return tuple(found)
