"""What the `maru` command says when something can't be done."""


class LauncherError(Exception):
    """A failure with its reason and remedy, in Korean and in English; ends the command with exit code 1."""

    def __init__(self, korean: str, english: str) -> None:
        super().__init__(english)
        self.korean = korean
        self.english = english
