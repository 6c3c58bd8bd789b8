# The commands of this house. A bare `make` prints this list.
# Everything a command needs is set up by the command itself, and only when something changed.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
# What Python has compiled is kept, whatever the surroundings say: hundreds of processes start here.
unexport PYTHONDONTWRITEBYTECODE

PORT ?= 8081
# Run-time files of the demo: database, keys.
DEMO_DIR ?= var/demo
ARGS ?=
# Two more tests side by side than there are cores, for many wait for a clock; a file's tests stay
# together, for what they share.
JOBS ?= $(shell echo $$(($$(nproc 2>/dev/null || echo 2) + 2)))

BIN := .venv/bin
RUN_READY := .venv/.ready-run
DEV_READY := .venv/.ready-dev
# What is only measured against, which wants older packages than the service.
BENCH_READY := .venv-bench/.ready

# A virtualenv whose Python is gone (upgraded, removed) is not ready, whatever its stamps say.
ifeq ($(wildcard $(BIN)/python),)
$(shell rm -f $(RUN_READY) $(DEV_READY))
endif

# xdist would put files with few tests last, and those are the slowest: tests/conftest.py orders them.
PYTEST := $(BIN)/python -m pytest --numprocesses $(JOBS) --dist loadscope --no-loadscope-reorder
LINT_IMPORTS := $(BIN)/python -c 'from importlinter.cli import lint_imports_command as run; run()' --no-logo
DEMO := VAR_DIR=$(DEMO_DIR) $(BIN)/python -m simulator --port $(PORT) -- $(BIN)/python -m bot run --demo

.PHONY: help bench bench-aiogram setup run demo test test-fast pictures lint format lock clean

help: ## Print this help
	@printf 'Usage: make COMMAND\n\n'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nVariables: PORT=%s (of the simulator)  JOBS=%s (tests side by side)  ARGS="..." (more words for pytest)\n' \
	  '$(PORT)' '$(JOBS)'

setup: $(DEV_READY) ## Make .venv with everything in it, for work on the code

run: $(RUN_READY) ## Start the service: with the simulator and demo data, or with the accounts in .env
	@if scripts/has-token; then \
	  echo "An account is set: starting the service on its platform itself, without the simulator."; \
	  exec $(BIN)/python -m bot run; \
	else \
	  exec env $(DEMO); \
	fi

demo: $(RUN_READY) ## Start the service with the simulator and demo data, whatever .env says
	@exec env $(DEMO)

test: $(DEV_READY) ## Run every test, on SQLite and PostgreSQL, the browser's included
	@scripts/debian-packages test
	$(PYTEST) $(ARGS)

test-fast: $(DEV_READY) ## Run the tests without the browser's and the crash journeys
	@scripts/debian-packages test-fast
	$(PYTEST) -m 'not browser and not crash' $(ARGS)

pictures: $(DEV_READY) ## Make the README's pictures anew, from the journey in the browser
	@scripts/debian-packages test
	PICTURES=$(CURDIR)/docs/pictures $(BIN)/python -m pytest tests/journeys/test_browser_journey.py

bench: $(DEV_READY) ## Measure delivery and print goals beside what is reached (ARGS=--full: whole sizes)
	$(BIN)/python -m bench table $(if $(wildcard $(BENCH_READY)),--aiogram-python .venv-bench/bin/python) $(ARGS)

bench-aiogram: $(BENCH_READY) ## Install aiogram into .venv-bench, for the row that measures against it

lint: $(DEV_READY) ## Check style, format, types and who imports whom
	@failed=; \
	$(BIN)/python -m ruff check || failed="$$failed ruff-check"; \
	$(BIN)/python -m ruff format --check || failed="$$failed ruff-format"; \
	$(BIN)/python -m mypy || failed="$$failed mypy"; \
	$(LINT_IMPORTS) || failed="$$failed lint-imports"; \
	if [ -n "$$failed" ]; then echo "Lint failed:$$failed"; exit 1; fi

format: $(DEV_READY) ## Put the code into the house's format
	$(BIN)/python -m ruff check --fix
	$(BIN)/python -m ruff format

lock: $(DEV_READY) ## Write requirements/*.txt anew from pyproject.toml (ARGS=--upgrade for newer versions)
	@scripts/lock $(ARGS)

clean: ## Remove .venv and what tools left behind; var/ (databases, keys) stays
	rm -rf .venv .venv-bench dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

$(RUN_READY): requirements/build.txt requirements/run.txt scripts/virtualenv
	@scripts/virtualenv run

$(DEV_READY): requirements/build.txt requirements/run.txt requirements/dev.txt scripts/virtualenv
	@scripts/virtualenv dev

$(BENCH_READY): $(DEV_READY) requirements/bench.txt
	$(BIN)/python -m venv --clear .venv-bench
	.venv-bench/bin/python -m pip install --quiet --no-input --disable-pip-version-check \
	  --require-hashes --no-deps -r requirements/bench.txt
	@touch $@
