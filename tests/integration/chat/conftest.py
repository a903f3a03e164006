"""Kiwi's model is loaded once."""

import pytest

from services.chat.understanding.morphemes import Analyser


@pytest.fixture(scope="session")
def analyser() -> Analyser:
    return Analyser()
