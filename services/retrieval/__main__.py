from services.kit.server import run
from services.kit.settings import load
from services.retrieval.app import app
from services.retrieval.settings import Settings

if __name__ == "__main__":
    run(load(Settings), app)
