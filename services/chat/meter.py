"""Counts of the chat service, on kit's registry."""

from prometheus_client import CollectorRegistry, Counter, Histogram

from services.chat.conversation import Turn

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)


class Meter:
    """Turns by outcome and composer, times to the table and to the first text, what the guard and the model refused."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._turns = Counter(
            "chat_turns_total",
            "Turns that ended.",
            ["outcome", "composer", "finish_reason", "failure_reason"],
            registry=registry,
        )
        self._table = Histogram(
            "chat_turn_time_to_table_seconds",
            "From the question to the table.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._first_text = Histogram(
            "chat_turn_time_to_first_text_seconds",
            "From the question to the first words.",
            ["composer"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._understanding = Histogram(
            "chat_turn_understanding_seconds",
            "Reading the question, names included.",
            buckets=_SECONDS,
            registry=registry,
        )
        self._intents = Counter(
            "chat_intents_total",
            "Questions that the intent model was asked about, by its label, and whether that changed the answer.",
            ["label", "changed"],
            registry=registry,
        )
        self._guard = Counter(
            "chat_guard_refusals_total", "Texts of the model that were cut off.", registry=registry
        )
        self._model = Counter(
            "chat_model_failures_total",
            "Generations that the narrator had to finish, by cause.",
            ["cause"],
            registry=registry,
        )

    def intent_told(self, label: str, *, changed: bool) -> None:
        """The intent model was asked; `label` "away" where it gave no answer in time."""
        self._intents.labels(label, str(changed).lower()).inc()

    def turn_ended(self, turn: Turn) -> None:
        answer = turn.answer
        if answer is None:
            self._turns.labels("", "", "", turn.failure_reason).inc()
            return
        self._turns.labels(answer.outcome, answer.composer, answer.finish_reason, "").inc()
        usage = answer.usage
        if usage.time_to_table is not None:
            self._table.observe(usage.time_to_table.total_seconds())
        if usage.time_to_first_text is not None:
            self._first_text.labels(answer.composer).observe(usage.time_to_first_text.total_seconds())
        if usage.understanding is not None:
            self._understanding.observe(usage.understanding.total_seconds())

    def guard_refused(self) -> None:
        self._guard.inc()

    def model_failed(self, cause: str) -> None:
        self._model.labels(cause).inc()
