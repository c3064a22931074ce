# Shuanglu 双录: everything is done from here. `make help` lists the targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CLIENT_SOURCES = $(shell find web_client -path web_client/node_modules -prune -o -path web_client/dist -prune -o -type f -print 2>/dev/null)

.PHONY: help setup models run demo test check bench evaluate soak docs lock clean

help: ## list the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

# --- what a bare machine needs ------------------------------------------------------

$(VENV)/.system: scripts/system_packages.sh
	@PYTHON=$(PYTHON) bash scripts/system_packages.sh run
	@mkdir -p $(VENV) && touch $@

$(VENV)/.system-dev: scripts/system_packages.sh
	@PYTHON=$(PYTHON) bash scripts/system_packages.sh test
	@mkdir -p $(VENV) && touch $@

$(VENV)/.runtime: requirements.lock pyproject.toml $(VENV)/.system
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing Python packages (about a minute)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime $(VENV)/.system-dev
	@echo "installing the packages that tests need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@

web_client/node_modules/.installed: web_client/package-lock.json web_client/package.json
	@echo "installing npm packages"
	@cd web_client && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

web_client/dist/.built: web_client/node_modules/.installed $(CLIENT_SOURCES)
	@cd web_client && npm run --silent build
	@touch $@

setup: $(VENV)/.dev models web_client/dist/.built ## install everything (run and test need no other step)

models: $(VENV)/.runtime ## fetch the models and check their hashes
	@$(BIN)/python -m media_worker.models.fetch

# --- use ------------------------------------------------------------------------------

run: $(VENV)/.runtime models web_client/dist/.built ## start on embedded defaults; prints address and QR code
	@$(BIN)/shuanglu run

demo: $(VENV)/.dev models web_client/dist/.built ## let a synthetic customer go through the whole job (needs `make run`)
	@$(BIN)/python -m demo

# --- prove ------------------------------------------------------------------------------

test: $(VENV)/.dev models web_client/dist/.built ## all tests, browser tests included
	@bash scripts/run_tests.sh

check: $(VENV)/.dev web_client/node_modules/.installed ## lint, types, import contracts, wire types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/mypy scripts/*.py web_client/verify/fixtures/*.py
	@$(BIN)/lint-imports
	@cd web_client && npm run --silent check && npm run --silent wire:check

bench: $(VENV)/.dev models web_client/dist/.built ## measure; ONLY=name for one; writes bench/results.json
	@$(BIN)/python -m bench $(if $(ONLY),--only $(ONLY))

evaluate: $(VENV)/.dev models web_client/dist/.built ## play honest customers and attacks; writes bench/evaluation.json, docs/evaluation.md
	@$(BIN)/python -m tests.evaluation

soak: $(VENV)/.dev models web_client/dist/.built ## slow and faulty: long runs, kills, lost networks
	@$(BIN)/pytest -m slow tests || [ $$? = 5 ] # 5: none is marked slow
	@$(BIN)/pytest -c e2e/pytest.ini --rootdir . -m slow e2e || [ $$? = 5 ]

docs: $(VENV)/.dev ## write what is generated: docs/openapi.json, docs/script.schema.json, the pictures of the README
	@$(BIN)/python scripts/write_openapi.py
	@$(BIN)/python scripts/write_script_schema.py
	@test ! -d e2e/artifacts || $(BIN)/python scripts/readme_pictures.py

lock: $(VENV)/.dev ## resolve the lock files again
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile -q pyproject.toml --universal --generate-hashes --no-emit-index-url --python-version 3.11 -o requirements.lock
	@$(BIN)/uv pip compile -q pyproject.toml --universal --extra dev -c requirements.lock --generate-hashes --no-emit-index-url --python-version 3.11 -o requirements-dev.lock

clean: ## remove what was built (not the data, not the models)
	@rm -rf $(VENV) web_client/node_modules web_client/dist
