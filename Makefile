# Everything from a bare Python >= 3.11 and make. Targets: demo test conformance lint bench soak race profile lock docs clean.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
# Only what this make itself starts: the network, trading and tests have their own bounds.
JOBS ?= 2

SEEDS ?= 300

.PHONY: help demo test conformance lint bench soak race profile lock docs clean compiled

help:
	@grep -E '^# Everything' Makefile | cut -c 3-

demo: $(VENV)/.runtime compiled
	@$(BIN)/sniperforge demo $(ARGS)

test: $(VENV)/.dev compiled
	@$(BIN)/python scripts/run_tests.py -n $(JOBS) $(ARGS)

conformance: $(VENV)/.dev compiled
	@$(BIN)/python -m pytest -m conformance -rs -p no:cacheprovider tests/conformance $(ARGS)

lint: $(VENV)/.dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo
	@$(BIN)/interrogate --quiet sniperforge
	@$(BIN)/python scripts/api_reference.py --check
	@$(BIN)/python scripts/localnet_methods.py --check
	@$(BIN)/python scripts/venues.py --check

bench: $(VENV)/.dev compiled
	@for file in benchmarks/[a-z]*.py; do echo "== $$file"; $(BIN)/python "$$file"; done

soak: $(VENV)/.dev compiled
	@$(BIN)/python -m pytest -m soak -s -p no:cacheprovider $(ARGS)

race: $(VENV)/.dev compiled
	@$(BIN)/python -m tests.chaos.interleavings --seeds $(SEEDS) $(ARGS)

profile: $(VENV)/.runtime compiled
	@mkdir -p logs
	@$(BIN)/python -m cProfile -o logs/demo.prof -m sniperforge demo --duration 30 --json > /dev/null
	@$(BIN)/python -c "import pstats; pstats.Stats('logs/demo.prof').sort_stats('tottime').print_stats(40)"

docs: $(VENV)/.dev
	@$(BIN)/python scripts/localnet_methods.py
	@$(BIN)/python scripts/api_reference.py
	@$(BIN)/python scripts/venues.py

# The locks name versions and hashes, no hosts. Needs uv.
lock:
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  pyproject.toml --extra fast --group build -o requirements.lock
	@uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --upgrade \
	  pyproject.toml --extra fast --group build --group dev -c requirements.lock -o requirements-dev.lock

clean:
	@rm -rf $(VENV) .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# PYTHONDONTWRITEBYTECODE may be set, and then nobody else would: start-up is twice as fast with bytecode.
compiled:
	@$(BIN)/python -m compileall -q sniperforge

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing what sniperforge needs into $(VENV) (once)" >&2
	@$(PIP) install --require-hashes -r requirements.lock
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "installing what its tests need into $(VENV) (once)" >&2
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

$(BIN)/python:
	@bash scripts/make_venv.sh $(VENV)
