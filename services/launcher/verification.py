"""Checks, from outside, the promise that every number of an answer is a cell of its result."""

import re
from decimal import Decimal

from maru.chat.v1 import turn_pb2

_FIGURE = re.compile(r"\d[\d,]*(?:\.\d+)?")


def unproven_figures(answer: turn_pb2.Answer) -> list[str]:
    """Figures of the text that stand in no cell, fact, name, date or filter of the answer.

    Names and dates may hold digits ("볼베어링 6203", "2026년 10월"); they are taken out first.
    """
    text = answer.text
    words = [fact.rendered for fact in answer.facts]
    words += [fact.entity.display_name for fact in answer.facts] + [fact.label for fact in answer.facts]
    for row in answer.table.rows:
        for value in row.values:
            words += [value.text, value.date, value.entity.display_name, value.entity.key]
    for word in sorted(filter(None, words), key=len, reverse=True):
        text = text.replace(word, " ")
    cells = {
        Decimal(value.decimal or value.integer)
        for row in answer.table.rows
        for value in row.values
        if value.WhichOneof("kind") in ("decimal", "integer")
    }
    dates = {int(part) for applied in answer.context.filters for part in re.findall(r"\d+", applied.text)}
    counts = {len(answer.table.rows), answer.table.total_row_count, answer.query.top}
    known = cells | {abs(cell) for cell in cells} | dates | counts
    return [figure for figure in _FIGURE.findall(text) if Decimal(figure.replace(",", "")) not in known]
