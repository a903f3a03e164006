"""Slowing down whoever guesses: token buckets in memory, one per key and one for all keys together."""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass

MAX_KEYS = 10_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Throttle:
    """Allows a burst of attempts, then one more every `refill_seconds`; for each key, and wider for all.

    An attempt is taken before the guess is checked, so guesses made at once can't slip through; a right guess
    gives it back. An unknown username has a bucket like a known one, so being slowed down tells nothing.
    """

    def __init__(
        self, clock: Callable[[], float], *, burst: int, refill_seconds: float, per_minute: int
    ) -> None:
        self._clock = clock
        self._burst = burst
        self._refill_seconds = refill_seconds
        self._all_burst = per_minute
        self._all_refill_seconds = 60 / per_minute
        self._all = _Bucket(per_minute, clock())
        self._keys: dict[str, _Bucket] = {}
        self._lock = threading.Lock()

    def attempt(self, key: str) -> int:
        """Take one attempt. 0: go on. Else the whole seconds to wait; nothing was taken."""
        with self._lock:
            now = self._clock()
            bucket = self._keys.get(key) or _Bucket(self._burst, now)
            _refill(bucket, now, self._burst, self._refill_seconds)
            _refill(self._all, now, self._all_burst, self._all_refill_seconds)
            wait = max(
                (1 - bucket.tokens) * self._refill_seconds,
                (1 - self._all.tokens) * self._all_refill_seconds,
            )
            if wait > 0:
                return math.ceil(wait)
            bucket.tokens -= 1
            self._all.tokens -= 1
            self._keys[key] = bucket
            if len(self._keys) > MAX_KEYS:
                self._forget_idle(now)
            return 0

    def succeeded(self, key: str) -> None:
        """The attempt was no guess: forget the key's failures and give the shared attempt back."""
        with self._lock:
            self._keys.pop(key, None)
            self._all.tokens = min(self._all_burst, self._all.tokens + 1)

    def _forget_idle(self, now: float) -> None:
        full_again = self._burst * self._refill_seconds
        self._keys = {key: b for key, b in self._keys.items() if now - b.at < full_again}


def _refill(bucket: _Bucket, now: float, burst: int, refill_seconds: float) -> None:
    bucket.tokens = min(burst, bucket.tokens + max(0.0, now - bucket.at) / refill_seconds)
    bucket.at = now
