"""What a trial of a mapping found, worst first: each with its place, in Korean and English, and what to do."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """`error`: figures would be wrong or incomplete. `warning`: they may be. `notice`: good to know."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    severity: Severity
    kind: str
    """rejected, repeated_key, unlisted_word, no_rows, unsound, dangling, lookup_missed, lookup_repeated, lossy,
    not_connected …"""
    where: str
    """file:line, or the local table and column."""
    ko: str
    en: str
    count: int = 0
    samples: Sequence[Any] = field(default_factory=tuple)

    def told(self) -> Mapping[str, Any]:
        """As JSON."""
        return {
            "severity": self.severity.value,
            "kind": self.kind,
            "where": self.where,
            "ko": self.ko,
            "en": self.en,
            "count": self.count,
            "samples": list(self.samples),
        }


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """In the order of severity; within one, as they were found."""
    order = list(Severity)
    return sorted(findings, key=lambda finding: order.index(finding.severity))
