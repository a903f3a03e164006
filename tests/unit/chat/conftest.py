"""Kiwi's model is loaded once for all tests of the chat service."""

import pytest

from services.chat.understanding.morphemes import Analyser
from services.chat.understanding.reader import Reader


@pytest.fixture(scope="session")
def analyser() -> Analyser:
    return Analyser()


@pytest.fixture(scope="session")
def reader(analyser: Analyser) -> Reader:
    return Reader(analyser)
