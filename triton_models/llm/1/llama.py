"""llama.cpp inside this process: sequences share slots and are decoded together, token by token."""

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xllamacpp
from gbnf import NotFinite
from vocabulary import Vocabulary
from walk import Walk

MAX_BYTES_PER_TOKEN = 16
"""A prompt with more bytes than this for each allowed token is refused before it is cut into tokens."""
MAX_GRAMMAR_BYTES = 256 * 1024
MAX_CHARACTER_TOKENS = 4
"""A character that is no token of its own is written as its bytes."""
FORK_BIAS = 1000.0
"""Lifts the tokens of a fork's alternatives above all others and leaves them as they stand to each other."""


@dataclass(frozen=True)
class LlamaSettings:
    """The parameters of config.pbtxt that are about llama.cpp; token counts are per sequence."""

    slots: int
    max_prompt_tokens: int
    max_output_tokens: int
    threads: int
    threads_batch: int
    step_tokens: int
    log_verbosity: int


@dataclass(frozen=True)
class Completion:
    """What is to be completed, and how. `seed` None = a random one; `grammar` is GBNF."""

    prompt: str
    max_tokens: int
    temperature: float
    seed: int | None
    stop: tuple[str, ...]
    grammar: str | None


@dataclass
class Progress:
    """How far a sequence has come. `completion_tokens` counts what the model chose, not what was forced."""

    text: str = ""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    finish_reason: str = "cancelled"


class Refused(Exception):
    """llama.cpp can't do this request; the message says why and names no content."""


class Stopped(Exception):
    """The sequence was stopped from outside."""


class Llama:
    """The model in memory. `complete` is called from as many threads as there are slots."""

    def __init__(self, weights: Path, settings: LlamaSettings) -> None:
        self._settings = settings
        self._slots = Slots(settings.slots)
        self._vocabulary = Vocabulary(weights)
        # llama.cpp insists on a listener. On a socket file that is unlinked at once nobody can reach it.
        with tempfile.TemporaryDirectory(prefix="maru-llm-") as folder:
            self._server = xllamacpp.Server(parameters(weights, settings, f"{folder}/llama.sock"))
        if settings.log_verbosity == 0:
            # A grammar that doesn't parse is printed there, whatever the verbosity, and it holds data.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)

    def complete(
        self, completion: Completion, on_text: Callable[[Progress], None], stopped: Callable[[], bool]
    ) -> Progress:
        """Decode one sequence; blocks until it ends.

        `on_text` is called after each piece of text but the last. `stopped` is asked after each step that did
        something for this sequence: a token, or some of its prompt. Once it is true the slot is freed and the
        finish reason is "cancelled".

        Raises:
            Refused: the prompt is too long or the grammar can't be parsed.
        """
        self._check_size(completion)
        walk = self._walk(completion)
        with self._slots.held(completion.prompt) as slot:
            sequence = _Sequence(self._server, self._settings, slot, completion, on_text, stopped)
            try:
                if walk is None:
                    sequence.write()
                else:
                    sequence.write_along(walk, self._vocabulary)
            except Stopped:
                pass
        return sequence.progress

    def _check_size(self, completion: Completion) -> None:
        limit = self._settings.max_prompt_tokens
        if len(completion.prompt.encode()) > limit * MAX_BYTES_PER_TOKEN:
            raise Refused(f"the prompt is far longer than {limit} tokens")
        if completion.grammar is not None and len(completion.grammar.encode()) > MAX_GRAMMAR_BYTES:
            raise Refused(f"the grammar is longer than {MAX_GRAMMAR_BYTES} bytes")

    def _walk(self, completion: Completion) -> Walk | None:
        """None where the grammar is for the sampler, or where text may have to be held back from a stop string."""
        if (
            completion.grammar is None
            or not self._vocabulary.by_text
            or any(len(s) > 1 for s in completion.stop)
        ):
            return None
        try:
            return Walk(completion.grammar)
        except NotFinite:
            return None


class Slots:
    """Which slot has read which prompt, so that the next goes to the free one that knows most of it."""

    def __init__(self, count: int) -> None:
        self._free = dict.fromkeys(range(count), "")  # least recently used first
        self._lock = threading.Lock()

    @contextmanager
    def held(self, prompt: str) -> Iterator[int]:
        """A free slot; there must be one."""
        with self._lock:
            slot = max(self._free, key=lambda free: _shared(self._free[free], prompt))
            del self._free[slot]
        try:
            yield slot
        finally:
            with self._lock:
                self._free[slot] = prompt


class _Sequence:
    """One completion on its slot."""

    def __init__(
        self,
        server: xllamacpp.Server,
        settings: LlamaSettings,
        slot: int,
        completion: Completion,
        on_text: Callable[[Progress], None],
        stopped: Callable[[], bool],
    ) -> None:
        self.progress = Progress()
        self._server = server
        self._settings = settings
        self._slot = slot
        self._completion = completion
        self._on_text = on_text
        self._stopped = stopped
        self._read_tokens = 0
        """Tokens of prompt and text that the last request to llama.cpp began with."""

    def write(self) -> None:
        """Let the model write until it ends."""
        limits = {} if self._completion.grammar is None else {"grammar": self._completion.grammar}
        self.progress.finish_reason = self._ask(self._completion.max_tokens, limits)

    def write_along(self, walk: Walk, vocabulary: Vocabulary) -> None:
        """Write what the grammar forces, and ask the model for a token at each fork."""
        progress = self.progress
        room = self._completion.max_tokens
        while True:
            forced = walk.forced(room)  # a character has about a token
            said = self._before_a_stop(forced)
            progress.text += said
            if walk.ended or said != forced or len(forced) >= room:
                progress.finish_reason = "stop" if walk.ended or said != forced else "length"
                return
            if forced:
                self._on_text(progress)
            before = len(progress.text)
            reason = self._choose(walk.fork(), vocabulary)
            if len(progress.text) == before:  # it chose to end here
                progress.finish_reason = reason
                return
            walk.take(progress.text[before:])
            room = self._completion.max_tokens - (self._read_tokens + 1 - progress.prompt_tokens)

    def _before_a_stop(self, text: str) -> str:
        ends = [text.find(stop) for stop in self._completion.stop if stop in text]
        return text[: min(ends, default=len(text))]

    def _choose(self, alternatives: set[str], vocabulary: Vocabulary) -> str:
        """Write the first token of one of the alternatives, or end if one is "". Returns why it ended."""
        tokens = {vocabulary.first(text) for text in alternatives}
        if None not in tokens:
            return self._ask(1, {"logit_bias": [[token, FORK_BIAS] for token in tokens]})
        # One begins with a character that is no token: only the sampler can spell it in bytes.
        grammar = "root ::= " + " | ".join(_quoted(text) for text in sorted(alternatives))
        return self._ask(MAX_CHARACTER_TOKENS, {"grammar": grammar})

    def _ask(self, max_tokens: int, limits: dict[str, Any]) -> str:
        """Have llama.cpp go on after prompt and text, within limits on its tokens. Returns why it ended.

        Raises:
            Refused, Stopped
        """
        if self._stopped():
            raise Stopped
        chosen = self.progress.completion_tokens
        reason = ""
        failure: list[BaseException] = []

        def receive(message: dict[str, Any]) -> bool:
            """True ends the request. llama.cpp would swallow an exception, so it is carried out by hand."""
            nonlocal reason
            try:
                if "error" in message:
                    raise Refused(_reason(message["error"]))
                if self._stopped():
                    raise Stopped
                reason = self._take(message, chosen)
            except BaseException as error:
                failure.append(error)
            return bool(failure)

        self._server.handle_completions(self._request(max_tokens) | limits, receive)
        if failure:
            raise failure.pop()  # kept there, it would hold itself, and Triton's objects beyond their time
        return reason

    def _take(self, message: dict[str, Any], chosen: int) -> str:
        progress = self.progress
        if "prompt_progress" in message:
            self._read_tokens = message["prompt_progress"]["total"]
            if not progress.prompt_tokens:
                progress.prompt_tokens = self._read_tokens
                progress.cached_tokens = message["prompt_progress"]["cache"]
                self._check_length()
        if "timings" in message:
            progress.completion_tokens = chosen + message["timings"]["predicted_n"]
        choice = message["choices"][0]
        progress.text += choice["text"]
        if choice["text"] and choice["finish_reason"] is None:
            self._on_text(progress)
        return choice["finish_reason"] or ""

    def _check_length(self) -> None:
        tokens, limit = self.progress.prompt_tokens, self._settings.max_prompt_tokens
        if tokens > limit:
            raise Refused(f"the prompt has {tokens} tokens, at most {limit} are allowed")

    def _request(self, max_tokens: int) -> dict[str, Any]:
        completion = self._completion
        request: dict[str, Any] = {
            "prompt": completion.prompt + self.progress.text,
            "id_slot": self._slot,
            "max_tokens": min(max_tokens, self._settings.max_output_tokens),
            "temperature": completion.temperature,
            "stop": list(completion.stop),
            "stream": True,
            "return_progress": True,  # a message for each step of the prompt: a stop is seen there too
            "timings_per_token": True,  # exact counts, also when stopped
        }
        if completion.seed is not None:
            request["seed"] = completion.seed % 2**32
        return request


def parameters(weights: Path, settings: LlamaSettings, socket: str) -> xllamacpp.CommonParams:
    params = xllamacpp.CommonParams()
    params.model.path = str(weights)
    params.n_parallel = settings.slots
    params.n_ctx = settings.slots * (settings.max_prompt_tokens + settings.max_output_tokens)
    # One pool: with a stream a slot, slots that don't stand side by side are decoded one after another.
    params.kv_unified = True
    # All positions of the sliding window stay; else a prompt that differs at its end is read anew as a whole.
    params.swa_full = True
    params.cache_ram_mib = 0  # prompts stay cached in their slots only, so memory is bounded
    params.n_batch = params.n_ubatch = settings.step_tokens
    params.cpuparams.n_threads = settings.threads
    params.cpuparams_batch.n_threads = settings.threads_batch
    params.verbosity = settings.log_verbosity
    params.hostnames = [socket]
    params.n_threads_http = 1
    params.ui = False
    params.endpoint_slots = False
    return params


def _reason(error: dict[str, Any]) -> str:
    message = str(error.get("message"))
    return "the grammar can't be parsed (GBNF)" if "grammar" in message else message


def _shared(first: str, second: str) -> int:
    """Characters that both begin with."""
    for position, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return position
    return min(len(first), len(second))


def _quoted(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(plain, escaped)
    return f'"{text}"'
