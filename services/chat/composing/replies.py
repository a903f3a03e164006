"""Answers without data: questions back, refusals, small talk. The first legal sentence is said."""

from collections.abc import Sequence

from services.chat.composing import rendering
from services.chat.composing.grammar import Content
from services.chat.composing.language import Language
from services.chat.composing.particles import particle
from services.chat.composing.wording import Register, grammar
from services.chat.semantic import Catalog, TimeBehavior


def reply(rule: str, register: Register, content: Content) -> str:
    """The narrator's sentence for one rule of replies.yaml."""
    return Language(grammar("replies", register).bind(content, rule)).first


def quoted(words: Sequence[str]) -> str:
    """Words of the question, as the reply names them."""
    shown = ", ".join(f"‘{rendering.name(word)}’" for word in words[:5])
    return shown if len(words) <= 5 else f"{shown} 등"


def examples(catalog: Catalog, count: int = 3) -> tuple[str, ...]:
    """Questions that this asker may ask, made from the metrics that are open to them."""
    found: list[str] = []
    seen: set[str] = set()
    for metric in catalog.metrics.values():
        domain = (metric.party or "") + metric.time_behavior
        if not metric.answerable or domain in seen:
            continue
        seen.add(domain)
        name = metric.display_name
        party = catalog.dimension_of(metric.party) if metric.party else None
        topic = name + particle(name, "은/는")
        if metric.time_behavior is TimeBehavior.FLOW:
            found.append(f"지난달 {topic} 얼마야?")
            if party and party.key in metric.answerable_by:
                found.append(f"이번 분기 {party.display_name}별 {name} 상위 5곳")
        else:
            found.append(f"현재 {topic}?")
    return tuple(found[:count])
