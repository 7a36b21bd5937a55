# What people do with this project. `make` alone lists it.

PYTHON ?= python3
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest -q -n 2

.DEFAULT_GOAL := help
.PHONY: help run install test check coverage test-slow bench bench-quick bench-full format lock clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: .venv/installed ## Start the CMS on 127.0.0.1:8000, ready to use
	@$(BIN)/cms serve --prepare

install: .venv/installed ## Make the environment in .venv

test: .venv/tools ## Run the tests, on SQLite and on PostgreSQL
	$(PYTEST)
	$(PYTEST) --database postgresql

check: .venv/tools ## Check formatting, lint, types, imports, dependencies, the OpenAPI document
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/cms openapi check

coverage: .venv/tools ## Say which lines and branches the fast tests reach
	$(PYTEST) --cov --cov-report=term-missing:skip-covered

test-slow: .venv/tools ## Fuzz, crash and race a real server; check the document with outside tools
	$(BIN)/python -m pytest -q -m slow
	$(BIN)/python -m pytest -q -m slow --database postgresql
	$(BIN)/python -m pytest -q -m browser
	$(BIN)/python tests/contract/check_openapi.py

bench-quick: .venv/bench ## Say whether a change made something slower, in two minutes
	$(BIN)/python -m benchmarks --mode quick --check

bench: .venv/bench ## Measure the speed against a bare callable; see benchmarks/README.md
	$(BIN)/python -m benchmarks --database sqlite
	$(BIN)/python -m benchmarks --database postgresql

bench-full: .venv/bench ## The same with 1,000,000 posts, hours; the folder .bench is kept
	$(BIN)/python -m benchmarks --mode full --keep .bench --database sqlite
	$(BIN)/python -m benchmarks --mode full --keep .bench --database postgresql

format: .venv/tools ## Format the code, write the OpenAPI document
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/cms openapi write

lock: ## Lock the newest allowed versions again (needs uv)
	uv pip compile pyproject.toml --group build $(LOCK) --upgrade --output-file requirements.lock
	uv pip compile pyproject.toml --group build --group dev $(LOCK) \
		--constraint requirements.lock --upgrade --output-file requirements-dev.lock
	uv pip compile --group bench $(LOCK) \
		--constraint requirements-dev.lock --upgrade --output-file benchmarks/requirements.txt

clean: ## Remove the environment and caches; data stays
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# Without addresses: the same lock works with any mirror. Installed with --no-deps: it is complete, and an
# older pip would otherwise look for a newer release of what a package wants with an extra.
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	--no-annotate --quiet

.venv/installed: requirements.lock pyproject.toml
	@echo "Installing into .venv (once, about a minute)"
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .venv || { echo "python3 cannot make environments; on Debian: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

.venv/tools: .venv/installed requirements-dev.lock
	@echo "Installing the tools for tests and checks"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

.venv/bench: .venv/tools benchmarks/requirements.txt
	@echo "Installing what draws the pictures"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r benchmarks/requirements.txt
	@command -v wrk >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && apt-get install -y -qq wrk >/dev/null; } || { echo "The benchmark needs wrk: apt install wrk, or brew install wrk"; exit 1; }
	@touch $@
