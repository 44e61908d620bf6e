# Kesu Desk. `make up` on a fresh machine needs python3 (3.11 or newer), make and a package index.

PYTHON ?= python3
KESU = .venv/bin/kesu
ROOM = bot/nlu/.venv/bin/python
SBOM = PYTHONWARNINGS=ignore $(PYTHON) scripts/find_uv.py tool run --quiet --from cyclonedx-bom==7.5.0 cyclonedx-py requirements

.DEFAULT_GOAL := help
.PHONY: help environments up test check train encoder vectors evaluate stock bench promotion chatters agents fuzz chaos soak sbom clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-9s %s\n", $$1, $$2}'

environments:
	@$(PYTHON) scripts/bootstrap.py

up: environments  ## install what is missing, train if there is no model, start everything; Ctrl-C stops it (WECHAT=fake plays WeChat)
	$(if $(filter-out fake,$(WECHAT)),$(error WECHAT can only be "fake"; a real account is set by KESU_WECHAT_…, see docs/settings.md))
	@exec $(if $(WECHAT),.venv/bin/python -m tests.wechat.up,$(KESU) up)

test: environments  ## run all tests, in both environments (ARGS=… goes to pytest and runs the desk's only)
	@$(KESU) train --if-missing
	@$(PYTHON) scripts/run_tests.py $(ARGS)

check: environments  ## format, lint, types, import rules, lock files, training data
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@$(ROOM) -m mypy --config-file bot/nlu/mypy.ini -p bot.nlu
	@.venv/bin/lint-imports
	@$(PYTHON) scripts/find_uv.py lock --check
	@$(PYTHON) scripts/find_uv.py lock --check --project bot/nlu
	@$(KESU) data check

train: environments  ## train a model into models/
	@$(KESU) train

encoder: environments  ## adapt the sentence encoder to the training data, an hour or so: after it has grown a lot
	@test -d adaptation/.venv || $(PYTHON) -m venv adaptation/.venv
	@adaptation/.venv/bin/pip install --quiet --requirement adaptation/requirements.txt
	@$(ROOM) -W ignore -m bot.nlu.training_texts > adaptation/texts.jsonl
	@cd adaptation && .venv/bin/python adapt.py texts.jsonl adapted.pt $(ARGS)
	@cd adaptation && .venv/bin/python export.py adapted.pt texts.jsonl ../data/encoder
	@$(ROOM) -W ignore -m bot.nlu.shipped_vectors

vectors: environments  ## encode what is new in the training data, so that the first training on a machine needs not
	@$(ROOM) -W ignore -m bot.nlu.shipped_vectors

evaluate: environments  ## measure the model on everything there is, into reports/; or on one FILE=messages.jsonl
	@$(if $(FILE),$(KESU) evaluate "$(FILE)",$(KESU) report $(ARGS))

stock: environments  ## train stock Rasa on our data, a night or more, so that reports stand beside it
	@.venv/bin/python benchmarks/stock_understanding.py $(ARGS)

bench: environments  ## what is fast, beside stock Rasa and the machine's limits: ARGS="turn fleet" for parts, "--quick" to try
	@$(KESU) train --if-missing
	@.venv/bin/python benchmarks/bench.py $(ARGS)

promotion: environments  ## change the model and go back while customers write, with the two newest of models/
	@.venv/bin/python benchmarks/promotion.py $(ARGS)

chatters: environments  ## many connected customers who write every minute: ARGS="--customers 100 300 1000"
	@$(KESU) train --if-missing
	@.venv/bin/python benchmarks/chatters.py $(ARGS)

agents: environments  ## agents with open consoles beside many customers: ARGS="--agents 10 25 50 --customers 1000"
	@$(KESU) train --if-missing
	@.venv/bin/python benchmarks/agents.py $(ARGS)

fuzz: environments  ## try thousands of made-up requests on the API and 100,000 callbacks of WeChat (docs/settings.md)
	@KESU_TEST_FUZZ_EXAMPLES=$${KESU_TEST_FUZZ_EXAMPLES:-200} .venv/bin/pytest tests/contract/test_api_fuzz.py $(ARGS)
	@KESU_TEST_FUZZ_CALLBACKS=$${KESU_TEST_FUZZ_CALLBACKS:-100000} .venv/bin/pytest -s tests/contract/wechat/test_protocol_fuzz.py tests/integration/wechat/test_callback_fuzz.py $(ARGS)

sbom:  ## what is installed, from both lock files, as CycloneDX (build/sbom)
	@mkdir -p build/sbom
	@$(PYTHON) scripts/find_uv.py export --quiet --frozen --no-dev --no-emit-project > build/sbom/desk.txt
	@$(PYTHON) scripts/find_uv.py export --quiet --frozen --no-dev --no-emit-project --project bot/nlu > build/sbom/room.txt
	@$(SBOM) --pyproject pyproject.toml -o build/sbom/desk.json build/sbom/desk.txt
	@$(SBOM) --pyproject bot/nlu/pyproject.toml -o build/sbom/room.json build/sbom/room.txt

chaos: environments  ## kill, cut, fill and hang things under load, an hour or so (docs/reliability.md): ARGS="kills sqlite-busy --kills 60"
	@$(KESU) train --if-missing
	@.venv/bin/python -u -m tests.chaos $(ARGS)

soak: environments  ## half load for half an hour, a change of the model in it, and what grows (docs/reliability.md): ARGS="--minutes 5"
	@$(KESU) train --if-missing
	@PYTHONPATH=. .venv/bin/python -u benchmarks/soak.py $(ARGS)

clean:  ## remove both environments and all caches; models, database and secrets stay
	@rm -rf .venv bot/nlu/.venv adaptation/.venv benchmarks/stock/.venv .kesu .rasa .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
