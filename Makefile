# Kesu Desk. `make up` on a fresh machine needs python3 (3.11 or newer), make and a package index.

PYTHON ?= python3
KESU = .venv/bin/kesu
ROOM = bot/nlu/.venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help environments up test check train evaluate bench clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-9s %s\n", $$1, $$2}'

environments:
	@$(PYTHON) scripts/bootstrap.py

up: environments  ## install what is missing, train if there is no model, start everything; Ctrl-C stops it
	@exec $(KESU) up

test: environments  ## run all tests, in both environments (ARGS=… goes to pytest and runs the desk's only)
	@$(KESU) train --if-missing
	@$(PYTHON) scripts/run_tests.py $(ARGS)

check: environments  ## format, lint, types, import rules, lock files
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@$(ROOM) -m mypy --config-file bot/nlu/mypy.ini -p bot.nlu
	@.venv/bin/lint-imports
	@$(PYTHON) scripts/find_uv.py lock --check
	@$(PYTHON) scripts/find_uv.py lock --check --project bot/nlu

train: environments  ## train a model into models/
	@$(KESU) train

evaluate: environments  ## measure the model on labelled messages: make evaluate FILE=messages.jsonl
	@test -n "$(FILE)" || { echo '错误: 请指明文件 make evaluate FILE=messages.jsonl' >&2; exit 2; }
	@$(KESU) evaluate "$(FILE)"

bench: environments  ## what is fast, side by side with stock Rasa
	@$(KESU) train --if-missing
	@.venv/bin/python benchmarks/run.py $(ARGS)

clean:  ## remove both environments and all caches; models, database and secrets stay
	@rm -rf .venv bot/nlu/.venv benchmarks/stock/.venv .kesu .rasa .mypy_cache .ruff_cache .pytest_cache .import_linter_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
