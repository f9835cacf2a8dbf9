# The commands of the house. `make demo` and `make test` do all the set-up themselves.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
COMPILE := .venv-lock/bin/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url \
           --no-emit-trusted-host --no-emit-options --no-header --no-annotate

.PHONY: demo demo-reset test quick lint bench proof lock setup words clean

setup: $(VENV)/dev.stamp

demo: $(VENV)/run.stamp
	@$(BIN)/anshi demo

demo-reset: $(VENV)/run.stamp
	@$(BIN)/anshi demo --reset

# Everything CI runs, on SQLite and on a PostgreSQL of its own.
test: setup lint
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile

# The part to run before each commit.
quick: setup
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m "not slow and not browser"

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy

bench: setup
	@$(BIN)/python -m benchmarks

# Re-resolves the pinned versions; needs a package index, which the lock does not name.
lock:
	@test -x .venv-lock/bin/pip-compile || ($(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install -q pip-tools)
	@$(COMPILE) -o lock/run.txt pyproject.toml
	@$(COMPILE) --extra dev -c lock/run.txt -o lock/dev.txt pyproject.toml

# Collects the sentences of the sources into both catalogues.
words: setup
	@$(BIN)/python -m messages.catalogue

$(VENV)/run.stamp: lock/run.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing the pinned packages into $(VENV) ..."
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r lock/run.txt
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: lock/dev.txt $(VENV)/run.stamp
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r lock/dev.txt
	@touch $@
