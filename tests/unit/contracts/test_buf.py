"""The contracts pass Buf: style, form, and nothing taken away from those who call."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
BUF = Path(sys.executable).with_name("buf")


def buf(*arguments: str) -> str:
    """What buf complains about."""
    done = subprocess.run([BUF, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def published() -> str:
    """Where the contracts stand that clients know: the last release, before the first one the main branch."""
    if tag := git("describe", "--tags", "--abbrev=0"):
        return f".git#tag={tag}"
    return ".git#branch=main" if git("rev-parse", "--verify", "--quiet", "main:buf.yaml") else ""


def test_lint():
    assert buf("lint") == ""


def test_format():
    assert buf("format", "--diff") == ""


@pytest.mark.skipif(not published(), reason="no release and no main branch to compare with")
def test_nothing_that_clients_use_is_taken_away():
    assert buf("breaking", "--against", published()) == ""
