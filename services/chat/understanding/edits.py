"""How a question edits the one before: what of it goes, which of its rows are meant, what stands beside it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edits:
    """How a question hangs on the one before.

    `tied`: it says that it goes on ("그럼 …"). `within`: it stays inside what was answered. `adding`: "…도 추가해줘";
    `merged`: as one sum ("…까지 합치면").
    `dropped`: dimensions whose conditions and groupings go ("지역 조건 빼줘"), and slots ("비중 빼고").
    `removing`: "서울 빼줘"; `other_than`: "거기 빼고", "그 거래처 말고".
    `unfiltered`: all conditions go; `uncut`: all rows, the last conditions first.
    `next`, `rest`: the rows behind those that were shown ("그 다음 3개", "나머지는?"). `total`: the sum of the rows.
    `reversed`: the ranking's other end. `again`: the same once more. `place`: a row of the answer ("두 번째").
    `plural`: "그 거래처들"; `together`: how many ("둘 다").
    `count`: how many rows ("5개만", "10개로 늘려줘"), or `uncounted`.
    `open`: it has no predicate of its own ("9월 매출은?", "매입은 얼마고?"), or asks for something as well ("매출도").
    `back`: "아까 매출로", the last question of that measure.
    `figure`: "얼마", which is one figure. `whole`: "전체 매출", "매출 총액".
    """

    tied: bool = False
    within: bool = False
    adding: bool = False
    merged: bool = False
    removing: bool = False
    other_than: bool = False
    dropped: tuple[str, ...] = ()
    unfiltered: bool = False
    uncut: bool = False
    next: bool = False
    rest: bool = False
    total: bool = False
    reversed: bool = False
    again: bool = False
    place: int = 0
    plural: bool = False
    together: int = 0
    count: int = 0
    uncounted: bool = False
    open: bool = False
    figure: bool = False
    whole: bool = False
    back: bool = False

    @property
    def says_something(self) -> bool:
        """Whether these words alone make a question of the one before."""
        return bool(
            self.dropped
            or self.unfiltered
            or self.uncut
            or self.next
            or self.rest
            or self.total
            or self.reversed
            or self.again
            or self.place
            or self.count
        )
