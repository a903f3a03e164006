"""Answers in words only: questions back, refusals, what is not there, small talk."""

from dataclasses import replace
from typing import Final

from services.chat.composing import rendering
from services.chat.composing.grammar import Content
from services.chat.composing.replies import examples, quoted, reply
from services.chat.conversation import Choice, Clarification, Outcome, TextDelta
from services.chat.draft import Part
from services.chat.semantic import Catalog
from services.chat.understanding.frame import (
    Ask,
    Defined,
    Frame,
    FuturePeriod,
    Memory,
    NotFound,
    Option,
    QuestionBack,
    Refusal,
    RefusalKind,
    SmallTalk,
)
from services.chat.understanding.measures import names_of
from services.chat.understanding.periods import label

_REASONS: Final = {
    RefusalKind.WRITE: "WRITE_REFUSED",
    RefusalKind.UNKNOWN: "QUESTION_NOT_UNDERSTOOD",
    RefusalKind.INJECTION: "QUESTION_NOT_UNDERSTOOD",
    RefusalKind.FORBIDDEN: "METRIC_FORBIDDEN",
    RefusalKind.OUT_OF_SCOPE: "QUESTION_OUT_OF_SCOPE",
    RefusalKind.CAUSE: "QUESTION_OUT_OF_SCOPE",
    RefusalKind.LIMIT: "NOT_AVAILABLE_YET",
}


def say(part: Part, rule: str, content: Content) -> None:
    """Say the sentence of one rule of replies.yaml."""
    write(part, reply(rule, part.register, content))


def write(part: Part, text: str) -> None:
    """Say a text as it is."""
    part.text = text
    part.usage = replace(part.usage, time_to_first_text=part.since_start())
    part.note(TextDelta(text))


def ask_back(part: Part, question: QuestionBack) -> None:
    """Ask, with choices where there are some; both are remembered."""
    part.outcome = Outcome.CLARIFIED
    more = question.total_count > len(question.options)
    part.memory = Memory(question.frame, question.options, more)
    atoms = {"about": question.about, "total": str(question.total_count)}
    flags = set()
    if question.words:
        atoms["words"] = quoted(question.words)
        flags.add("worded")
    if question.options:
        flags.add("choices")
    if more:
        flags.add("more")
    text = reply(f"ask_{question.ask}", part.register, Content(atoms, frozenset(flags)))
    unused = question.words if question.ask is Ask.WORDS else ()
    part.clarification = Clarification(text, choices(question.options), unused[:20])
    write(part, text)
    part.note(part.clarification)


def choices(options: tuple[Option, ...]) -> tuple[Choice, ...]:
    """Options as they are shown, numbered."""
    return tuple(Choice(n, o.label, o.entity) for n, o in enumerate(options, start=1))


def refuse(part: Part, refusal: Refusal, catalog: Catalog, before: Frame) -> None:
    """Say why there is no answer, and what can be asked instead; what of `before` stays in force."""
    part.outcome = Outcome.REFUSED
    part.refusal_reason = _REASONS[refusal.kind]
    atoms = {"about": refusal.about}
    flags: set[str] = set()
    if refusal.about:
        flags.add("named")
    if refusal.kind is RefusalKind.LIMIT:
        flags.add(refusal.about)
    if refusal.words:
        atoms["words"] = quoted(refusal.words)
        flags.add("worded")
    if before.metrics:
        atoms["kept"] = _in_force(before, catalog)
        flags.add("kept")
    say(part, f"refuse_{refusal.kind}", _with_examples(atoms, frozenset(flags), catalog))
    if refusal.kind in (RefusalKind.UNKNOWN, RefusalKind.INJECTION, RefusalKind.OUT_OF_SCOPE):
        part.suggestions = examples(catalog)


def _in_force(frame: Frame, catalog: Catalog) -> str:
    """What was spoken of: whose, when, which measures."""
    members = [e.display_name for m in frame.members if not m.excluded for e in m.members][:3]
    period = [label(frame.period)] if frame.period else []
    measures = names_of(catalog.metrics[key] for key in frame.metrics if key in catalog.metrics)
    return " ".join(rendering.name(word) for word in (*members, *period, measures))


def tell_missing(part: Part, missing: NotFound | FuturePeriod) -> None:
    """Nothing is called so, or the period has not begun."""
    part.outcome = Outcome.NO_DATA
    match missing:
        case NotFound(about, is_name, frame):
            part.memory = Memory(frame) if frame.metrics else None
            say(part, "not_found_name" if is_name else "not_found", Content({"about": about}))
        case FuturePeriod(period, about, past):
            say(part, "before_data" if past else "future", Content({"period": period, "metric": about}))


def define(part: Part, asked: Defined, catalog: Catalog) -> None:
    """What the measures mean, as the catalog says."""
    metrics = [catalog.metrics[key] for key in asked.metrics]
    rows = tuple({"name": metric.display_name, "definition": metric.definition} for metric in metrics)
    say(part, "define", Content({}, frozenset(), rows))


def talk(part: Part, small: SmallTalk, catalog: Catalog) -> None:
    """Greet, thank, explain."""
    say(part, small.kind, _with_examples({}, frozenset(), catalog))
    part.suggestions = examples(catalog)


def with_examples(catalog: Catalog) -> Content:
    """Questions that the asker may ask, as what may be said."""
    return _with_examples({}, frozenset(), catalog)


def _with_examples(atoms: dict[str, str], flags: frozenset[str], catalog: Catalog) -> Content:
    said = examples(catalog)
    return Content(atoms, flags | {"examples"} if said else flags, tuple({"name": text} for text in said))
