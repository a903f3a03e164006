from services.erp.app import app
from services.erp.settings import Settings
from services.kit.server import run
from services.kit.settings import load

if __name__ == "__main__":
    run(load(Settings), app)
