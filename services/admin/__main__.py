from services.admin.app import app
from services.admin.settings import Settings
from services.kit.server import run
from services.kit.settings import load

if __name__ == "__main__":
    run(load(Settings), app)
