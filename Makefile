# The commands of the house. `make demo` and `make test` do all the set-up themselves.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
COMPILE := .venv-lock/bin/pip-compile --quiet --strip-extras --generate-hashes --no-emit-index-url \
           --no-emit-trusted-host --no-emit-options --no-header --no-annotate

.PHONY: demo demo-reset test quick lint bench proof kills power lock setup words clean

setup: $(VENV)/dev.stamp

demo: $(VENV)/run.stamp
	@$(BIN)/anshi demo

demo-reset: $(VENV)/run.stamp
	@$(BIN)/anshi demo --reset

# Everything CI runs, on SQLite and on a PostgreSQL of its own. Four workers on two cores: many tests wait for processes.
test: setup lint
	@$(BIN)/python -m pytest -q -n 4 --dist loadfile --no-loadscope-reorder -m "not long"

# The part to run before each commit.
quick: setup
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m "not slow and not long and not browser"

lint: setup
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy

bench: setup
	@$(BIN)/python -m benchmarks

# The long proofs; each has a small version among the tests. The planted bugs come last and say how many were found.
proof: setup power
	@$(BIN)/python -m pytest -q -m long
	@$(BIN)/python -m tests.proof

# By hand: CI kills 25 times, this 1,000 times on each database, about an hour each.
kills: setup
	@$(BIN)/python -m tests.process.kills --database sqlite --kills 1000
	@$(BIN)/python -m tests.process.kills --database postgresql --kills 1000

# CI cuts the power 500 times, this 10,000 times; some minutes.
power: setup
	@$(BIN)/python -m tests.durability.power --cuts 10000

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
