"""`python -m services.identity [serve | hash-password | rotate-keys [--compromised]]`."""

import argparse
import getpass
import sys
from datetime import UTC, datetime

from services.identity.app import run, signing_keys
from services.identity.errors import ConfigurationError
from services.identity.passwords import MIN_PASSWORD_LENGTH, hash_password
from services.identity.settings import Settings, load


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m services.identity", description="Maru's own issuer")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("serve", help="serve until stopped (the default)")
    commands.add_parser("hash-password", help="ask for a password and print its hash for the users file")
    rotation = commands.add_parser("rotate-keys", help="publish a new key, to sign after the lead time")
    rotation.add_argument(
        "--compromised", action="store_true", help="withdraw all keys at once: every token so far is void"
    )
    arguments = parser.parse_args()
    if arguments.command == "hash-password":
        print_hash()
    elif arguments.command == "rotate-keys":
        rotate_keys(load(), compromised=arguments.compromised)
    else:
        run(load())


def print_hash() -> None:
    """Ask twice on a terminal, else read one line. A password never stands on a command line."""
    if sys.stdin.isatty():
        password = getpass.getpass("비밀번호 / Password: ")
        if getpass.getpass("한 번 더 / Once more: ") != password:
            raise SystemExit("두 번 입력한 것이 다릅니다. / The two are not the same.")
    else:
        password = sys.stdin.readline().rstrip("\n")
    if len(password) < MIN_PASSWORD_LENGTH:
        raise SystemExit(
            f"{MIN_PASSWORD_LENGTH}자 이상이어야 합니다. / It needs {MIN_PASSWORD_LENGTH} characters or more."
        )
    sys.stdout.write(hash_password(password) + "\n")


def rotate_keys(settings: Settings, *, compromised: bool) -> None:
    """Rotate, or withdraw; a running issuer notices by itself."""
    try:
        keys = signing_keys(settings)
        if compromised:
            keys.replace()
            sys.stdout.write("모든 키를 바꾸었습니다. / All keys were withdrawn for a new one.\n")
        else:
            at = datetime.fromtimestamp(keys.rotate(), UTC).astimezone().isoformat(timespec="seconds")
            sys.stdout.write(f"새 키는 {at} 부터 서명합니다. / The new key signs from {at}.\n")
    except ConfigurationError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
