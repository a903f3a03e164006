"""What stops the issuer from starting, said to the person who can put it right."""


class ConfigurationError(Exception):
    """A file or a setting is wrong. `ko` and `en` each give the reason and the remedy, and hold no secret."""

    def __init__(self, ko: str, en: str) -> None:
        self.ko = ko
        self.en = en
        super().__init__(f"{ko}\n{en}")
