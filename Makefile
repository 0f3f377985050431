# `make up` runs everything, `make test` tests everything; neither needs root, Docker or a server installed beforehand.

SHELL := /bin/bash
PYTHON ?= python3.11
VENV := .venv
RUN := $(VENV)/bin/python
PYTEST_ARGUMENTS ?= -n 2 --dist loadfile
MAKEFLAGS += --no-print-directory

.PHONY: help up test check fmt texts clean environment test-environment browser

help:
	@echo "make up      everything: servers, web, workers, demo project (HOST, PORT and more: docs/operating.md)"
	@echo "make test    every test, after installing what they need"
	@echo "make check   ruff, mypy, import-linter, and whether the migrations are complete"
	@echo "make fmt     format the source"
	@echo "make texts   bring the translations in locale/ up to date with the texts in the sources"
	@echo "make clean   remove the environment and the caches; the data stays"

up: environment
	@exec $(RUN) manage.py up --parent $$PPID

test: test-environment browser
	@exec $(RUN) -m pytest $(PYTEST_ARGUMENTS)

check: test-environment ; @.ci/check

fmt: test-environment
	@$(VENV)/bin/ruff check --quiet --fix .; $(VENV)/bin/ruff format .

texts: test-environment
	@$(RUN) manage.py renew_texts

clean:
	@rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@echo "Removed the environment and the caches. The data stays: docs/operating.md says where it is."

environment: ; @.ci/environment requirements.txt

test-environment: ; @.ci/environment requirements-dev.txt

browser: ; @.ci/browser
