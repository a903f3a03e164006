from services.identity.throttle import MAX_KEYS, Throttle


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def throttle(clock: Clock, per_minute: int = 1000) -> Throttle:
    return Throttle(clock, burst=3, refill_seconds=10, per_minute=per_minute)


def test_a_burst_then_one_more_every_so_often() -> None:
    clock = Clock()
    guesses = throttle(clock)
    assert [guesses.attempt("a") for _ in range(4)] == [0, 0, 0, 10]
    clock.now += 4
    assert guesses.attempt("a") == 6
    clock.now += 6
    assert [guesses.attempt("a") for _ in range(2)] == [0, 10]


def test_waiting_is_not_punished() -> None:
    clock = Clock()
    guesses = throttle(clock)
    waits = [guesses.attempt("a") for _ in range(10)]
    assert waits[3:] == [10] * 7
    clock.now += 10
    assert guesses.attempt("a") == 0


def test_keys_are_apart() -> None:
    guesses = throttle(Clock())
    assert [guesses.attempt(key) for key in "aaab"] == [0, 0, 0, 0]


def test_all_keys_together_have_a_limit() -> None:
    clock = Clock()
    guesses = throttle(clock, per_minute=2)
    assert [guesses.attempt(key) for key in "abc"] == [0, 0, 30]
    clock.now += 30
    assert guesses.attempt("c") == 0


def test_success_forgets_the_failures_and_costs_nothing() -> None:
    guesses = throttle(Clock(), per_minute=3)
    for _ in range(20):
        assert guesses.attempt("a") == 0
        guesses.succeeded("a")
    assert [guesses.attempt(key) for key in "aab"] == [0, 0, 0]


def test_a_clock_set_back_gives_no_guesses() -> None:
    clock = Clock()
    guesses = throttle(clock)
    for _ in range(3):
        guesses.attempt("a")
    clock.now -= 500
    assert guesses.attempt("a") == 10


def test_memory_is_bounded() -> None:
    clock = Clock()
    guesses = throttle(clock, per_minute=1_000_000)
    for n in range(MAX_KEYS):
        guesses.attempt(f"user-{n}")
    clock.now += 30  # all of them have their whole burst again
    guesses.attempt("one more")
    assert len(guesses._keys) == 1
