"""The running mesh that a benchmark asks: that of MARU_HOME, for one of its users."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from services.launcher.credentials import Credentials, Issuer
from services.launcher.settings import LauncherSettings
from services.launcher.state_folder import StateFolder
from services.launcher.users_file import first_asker, read_users


@dataclass(frozen=True)
class Mesh:
    """Where it is (http://HOST:PORT), and a valid token of the user whenever one is asked for."""

    edge_url: str
    token: Callable[[], str]

    @property
    def edge_address(self) -> str:
        """HOST:PORT."""
        return self.edge_url.removeprefix("http://")

    @property
    def metadata(self) -> tuple[tuple[str, str], ...]:
        """What a call of the user carries."""
        return (("authorization", f"Bearer {self.token()}"),)


def running_mesh(user: str | None) -> Mesh:
    """The mesh, for `user` or else the first who may ask.

    Raises:
        SystemExit: none is running.
    """
    folder = StateFolder(LauncherSettings().home)
    running = folder.running_mesh()
    if running is None or not folder.is_locked():
        raise SystemExit("Maru is not running. Start it with: maru up")
    asker = user or first_asker(read_users(Path(running.users_file)))
    credentials = Credentials(Issuer(running.issuer), folder.operator_key, folder.tokens)
    return Mesh(running.edge_url, lambda: credentials.of_user(asker))
