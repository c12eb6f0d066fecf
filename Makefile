# Everything does its own set-up; Python 3.11 or newer and make are enough.

PORT ?= 8000
KNAI_MLLP_PORT ?= 2575

PYTHON := $(shell for p in python3.13 python3.12 python3.11 python3 python python3.14; do \
  if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then echo $$p; break; fi; done)
NEEDS_PYTHON = $(if $(PYTHON),,$(error Found no Python 3.11 or newer. Install python3 (3.11 to 3.13) with its venv module and run make again))
BIN := .venv/bin

export PORT KNAI_MLLP_PORT
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: help demo test fast fix docs mutants shots bench set-up set-up-dev
.DEFAULT_GOAL := help

help:
	@echo "make demo     a demo clinic with invented people on http://127.0.0.1:$(PORT)/"
	@echo "make test     everything that must hold before a change lands"
	@echo "make fast     the quick part of it: style, types, tests on SQLite"
	@echo "make fix      format, and repair what can be repaired by machine"
	@echo "make docs     write the generated pages anew"
	@echo "make shots    take the screenshots of the README anew (needs Chromium)"
	@echo "make bench    measure, on SQLite and, where there is one, PostgreSQL"
	@echo "make mutants  break the clinical core on purpose and see that tests notice"

set-up:
	$(NEEDS_PYTHON)@$(PYTHON) tools/set_up.py run

set-up-dev:
	$(NEEDS_PYTHON)@$(PYTHON) tools/set_up.py dev

demo: set-up
	@$(BIN)/knai demo

test: set-up-dev
	@$(BIN)/python tools/check.py

fast: set-up-dev
	@$(BIN)/python tools/check.py --fast

fix: set-up-dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: set-up-dev
	@$(BIN)/python tools/docs.py

shots: set-up-dev
	@$(BIN)/python tools/shots.py

bench: set-up-dev
	@$(BIN)/python tools/bench.py

mutants: set-up-dev
	@$(BIN)/python tools/mutants.py
