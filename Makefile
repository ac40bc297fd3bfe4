# Everything starts from nothing but Python 3.11+, make and git. Variables reach the programs: make run PORT=8010
.DEFAULT_GOAL := help
.PHONY: help install install-dev run test lint fmt bench bench-large screenshots messages lock
PY := .venv/bin/python
ARGS ?=

help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## Environment in .venv and assets; starts nothing
	@sh scripts/environment.sh runtime

install-dev: ## The same with what tests and checks need
	@sh scripts/environment.sh dev

run: install ## Start everything and keep it running until Ctrl-C
	@$(PY) manage.py run

test: install-dev ## All tests; ARGS="tests/crm -x" chooses
	@sh scripts/test.sh $(ARGS)

lint: install-dev ## All checks that need no running server
	@sh scripts/lint.sh

fmt: install-dev ## Format Python
	@$(PY) -m ruff check --fix --quiet . ; $(PY) -m ruff format .

bench: install-dev ## Measure speed, each figure beside its floor
	@$(PY) -m benchmarks $(ARGS)

bench-large: install-dev ## The same at a million leads, within ten minutes
	@$(PY) -m benchmarks --large $(ARGS)

screenshots: install-dev ## Take the pictures of docs/screenshots anew; needs Chromium
	@$(PY) -m scripts.screenshots $(ARGS)

messages: install-dev ## Collect texts for translation into locale/
	@$(PY) -m config.messages extract

lock: install-dev ## Renew the lock files from requirements*.in and package.json
	@sh scripts/lock.sh
