"""The chat service: `python -m services.chat`."""

from services.chat.app import app
from services.chat.settings import Settings
from services.kit.server import run
from services.kit.settings import load

if __name__ == "__main__":
    run(load(Settings), app)
