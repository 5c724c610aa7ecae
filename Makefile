# What you run is what CI runs. `make help` lists the targets.
PYTHON ?= python3
BIN := .venv/bin
DEMO := workspace/demo

.PHONY: help setup setup-dev web demo test test-all lint types arch ci lock clean

help:
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

setup: .venv/.ready ## prepare .venv with the locked packages, and the pages' scripts
	@$(MAKE) --silent $(BUILT) || true

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "qa-pipeline needs Python 3.11 or newer; say make PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

web: .venv/.ready ## bundle the pages' scripts (htmx, wavesurfer, ECharts)
	$(BIN)/python web/make_built.py

BUILT := qa_pipeline/review_web/static/built/LICENSES.txt

$(BUILT): web/package-lock.json web/build.mjs web/requirements.lock $(wildcard web/entries/*.js) | .venv/.ready
	$(BIN)/python web/make_built.py

setup-dev: .venv/.ready-dev
	@$(MAKE) --silent $(BUILT) || true

.venv/.ready-dev: .venv/.ready requirements-dev.lock
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

demo: setup ## run the main job on data_samples/
	$(BIN)/qa-pipeline run data_samples --metadata data_samples/calls.csv --workspace $(DEMO)
	@$(BIN)/qa-pipeline user demo --workspace $(DEMO)
	@echo 'Look at one call:       $(BIN)/qa-pipeline show GS-1120-0044 --workspace $(DEMO)'
	@echo 'Open the review page:   $(BIN)/qa-pipeline serve --workspace $(DEMO)'

test: setup-dev ## the default tests, under 5 minutes
	$(BIN)/pytest -n 2

test-all: setup-dev ## all tests with coverage floors
	$(BIN)/pytest -n 2 --cov --cov-report=
	$(BIN)/pytest -m slow --cov --cov-append --cov-report=term:skip-covered
	$(BIN)/coverage report --include='qa_pipeline/domain/*,qa_pipeline/measure/*,qa_pipeline/score*,qa_pipeline/rubric_files/*' --fail-under=95

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev
	$(BIN)/mypy

arch: setup-dev
	$(BIN)/lint-imports

ci: lint types arch test-all ## what CI runs

lock: setup-dev ## resolve the lock files again
	$(BIN)/uv pip compile $(LOCK_FLAGS) pyproject.toml requirements-build.in -o requirements.lock
	$(BIN)/uv pip compile $(LOCK_FLAGS) --extra dev -c requirements.lock pyproject.toml requirements-build.in -o requirements-dev.lock
	$(BIN)/uv pip compile $(LOCK_FLAGS) web/requirements.in -o web/requirements.lock

LOCK_FLAGS := --quiet --generate-hashes --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links --no-header

clean: ## remove what the targets made
	rm -rf .venv $(DEMO) web/.node web/node_modules qa_pipeline/review_web/static/built
