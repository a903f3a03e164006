"""Domain errors of the chat service."""


class LanguageModelUnavailable(Exception):
    """The model is away, overloaded, or went away in mid-text. Another try may work; the narrator always does."""


class LanguageModelRejected(Exception):
    """The model refused the request as it stands (bad grammar, prompt too long): trying again won't help."""
