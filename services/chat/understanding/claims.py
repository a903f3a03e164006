"""The chosen claims of one question, and which of them have found a place in its slots."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from services.chat.understanding.meanings import Meaning, NameWord, Sign, Span
from services.chat.understanding.text import compact

M = TypeVar("M")

PARTICLES: Final = frozenset(
    [
        "은",
        "는",
        "이",
        "가",
        "을",
        "를",
        "의",
        "에",
        "도",
        "만",
        "에서",
        "인",
        "중",
        "중에",
        "중에서",
        "들",
        "로",
        "으로",
        "쪽",
        "측",
        "에게",
        "한테",
        "들의",
        "에서의",
        "만의",
        "이고",
        "인데",
        "이면",
        "면",
        "에는",
        "에서는",
        "이랑",
        "인가",
        "된",
        "한",
        "하는",
        "되는",
        "했던",
        "할",
        "될",
        "중인",
        "이었던",
        "였던",
        "부터",
        "까지",
        "당",
        "총",
        "모두",
        "전부",
        "다",
        "좀",
        "이총",
        "가총",
        "은총",
        "는총",
    ]
)
_NIEUN: Final = 4
"""The final consonant of what describes a noun: 남은, 밀린, 안 갚는."""
JOINS: Final = frozenset(["와", "과", "랑", "하고", "및", ",", "·", "이랑", "이나", "나", "/", "+"])


class Claims:
    """The claims in the order of the text. Those that say nothing are left out."""

    def __init__(self, text: str, spans: Sequence[Span]) -> None:
        self.whole = self._text = text
        self.spans = [span for span in spans if span.meaning is not Sign.IGNORED]
        self._used: set[int] = set()

    def said(self, *kinds: type[M]) -> list[tuple[int, M]]:
        """The claims of these kinds, whether they have a place or not."""
        return [(i, s.meaning) for i, s in enumerate(self.spans) if isinstance(s.meaning, kinds)]

    def of(self, kind: type[M]) -> list[tuple[int, M]]:
        """The claims of one kind that have no place yet."""
        return [(index, word) for index, word in self.said(kind) if index not in self._used]

    def signs(self, *signs: Sign) -> list[int]:
        """The places of these signs among the claims."""
        return [i for i, s in enumerate(self.spans) if i not in self._used and s.meaning in signs]

    def take(self, *signs: Sign) -> bool:
        """Use every one of these signs; whether there were any."""
        found = self.signs(*signs)
        self.use(*found)
        return bool(found)

    def use(self, *indexes: int) -> None:
        self._used.update(indexes)

    def is_used(self, index: int) -> bool:
        return index in self._used

    def is_free(self, start: int, end: int) -> bool:
        """Whether no claim lies there."""
        return not any(span.start < end and start < span.end for span in self.spans)

    def parted(self, end: int, begin: int) -> tuple["Claims", "Claims"]:
        """Those before `end`, and those from `begin` on."""
        return Claims(self._text, self.spans[:end]), Claims(self._text, self.spans[begin:])

    def described(self, index: int) -> Meaning | None:
        """What a claim describes: the next one that is no name (연체된 부산 거래처)."""
        end = self.text(index)[-1:]
        if (
            not end
            or (ord(end) - ord("가")) % 28 != _NIEUN
            or self.gap(index, min(index + 1, len(self.spans) - 1))
        ):
            return None
        behind = (s.meaning for s in self.spans[index + 1 :] if not isinstance(s.meaning, NameWord))
        return next(behind, None)

    def picked(self, indexes: Sequence[int]) -> "Claims":
        """These alone."""
        return Claims(self._text, [self.spans[index] for index in indexes])

    def use_all_of(self, part: "Claims", begin: int) -> None:
        """What has found a place in a part that begins at this claim has one here."""
        self.use(*(begin + index for index in range(len(part.spans)) if part.is_used(index)))

    def unused(self) -> Iterator[Span]:
        return (span for index, span in enumerate(self.spans) if index not in self._used)

    def text(self, index: int) -> str:
        """The words of a claim."""
        return self._text[self.spans[index].start : self.spans[index].end]

    def behind(self, place: int) -> str:
        """The rest of the text."""
        return self._text[place:]

    def before(self, index: int) -> str:
        """The text before a claim."""
        return self._text[: self.spans[index].start].rstrip()

    def followed_by(self, index: int, *particles: str) -> bool:
        """Whether one of these particles stands right behind a claim."""
        return self.behind(self.spans[index].end).startswith(particles)

    def gap(self, first: int, second: int) -> str:
        """What stands between two claims, without spaces."""
        return compact(self._text[self.spans[first].end : self.spans[second].start])

    def following(self, index: int, *signs: Sign) -> int | None:
        """The next claim if it is one of these signs and at most a particle stands between."""
        after = index + 1
        if after >= len(self.spans) or self.spans[after].meaning not in signs or after in self._used:
            return None
        gap = self.gap(index, after)
        return after if not gap or gap in PARTICLES else None

    def next_is(self, index: int, kind: type[M]) -> tuple[int, M] | None:
        """The next claim if it is of this kind, has no place yet, and at most a particle stands between."""
        after = index + 1
        if after >= len(self.spans) or after in self._used:
            return None
        meaning, gap = self.spans[after].meaning, self.gap(index, after)
        return (after, meaning) if isinstance(meaning, kind) and (not gap or gap in PARTICLES) else None

    def has(self, *words: str) -> bool:
        """Whether the text holds one of these words."""
        return any(word in self._text for word in words)

    def neighbour(self, index: int, kind: type[M]) -> tuple[int, M] | None:
        """The claim of this kind beside one, used or not, with at most a particle between."""
        for other in (index - 1, index + 1):
            if 0 <= other < len(self.spans):
                meaning = self.spans[other].meaning
                gap = self.gap(min(index, other), max(index, other))
                if isinstance(meaning, kind) and (not gap or gap in PARTICLES):
                    return other, meaning
        return None

    def joined(self, first: int, second: int) -> bool:
        """Whether two claims are listed together: A와 B, A, B."""
        return self.gap(first, second) in JOINS
