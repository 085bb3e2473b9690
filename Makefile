# Safeguarding Reviews. `make run` needs Python 3.11 or newer and make; everything else it brings itself.
PORT ?= 8000
REFERRAL ?=
PYTHON ?= python3

BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet --require-hashes --no-deps
COMPILE := $(BIN)/uv pip compile --quiet --python-version 3.11.7 --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --no-annotate --no-emit-package docopt

.PHONY: run demo reset test bench lint lock screenshots

run: .venv/.runtime
	@exec $(BIN)/python -m deploy.run --port $(PORT) --examples

demo: .venv/.runtime
	@exec $(BIN)/safeguarding demo --port $(PORT) $(if $(REFERRAL),--referral "$(REFERRAL)")

reset: .venv/.runtime
	@exec $(BIN)/python -m deploy.run --reset

test: lint
	@$(PYTHON) deploy/packages.py chromium npm nginx
	@exec $(BIN)/pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

# ONLY=intake,dispatch measures some, QUICK=1 less of each; without ONLY docs/performance.md is written anew.
bench: .venv/.development
	@exec $(BIN)/python -m tests.benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

# The main pages as docs/screenshots shows them.
screenshots: .venv/.development
	@$(PYTHON) deploy/packages.py chromium
	@exec $(BIN)/python -m tests.browser.screenshots

lint: .venv/.development
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@PYTHONPATH=. $(BIN)/lint-imports

# The locks hold hashes and no host, so that any index that serves the same files will do. docopt comes as source only, and
# nothing that runs imports it: GOV.UK Notify's client names it for a script of its own.
lock: .venv/.runtime
	@$(BIN)/python -m pip install --disable-pip-version-check --quiet uv
	$(COMPILE) requirements.in --output-file requirements.lock
	$(COMPILE) requirements-dev.in --output-file requirements-dev.lock

# Each stamp is written last: what was stopped half-way is done again.
.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	@$(PYTHON) deploy/packages.py venv pango harfbuzz
	@echo "Making .venv"
	@$(PYTHON) -m venv .venv
	@printf '#!/bin/sh\nPYTHONPATH="%s" exec "%s/.venv/bin/python" -m deploy.command_line "$$@"\n' "$(CURDIR)" "$(CURDIR)" > $(BIN)/safeguarding
	@chmod +x $(BIN)/safeguarding
	@touch $@

.venv/.runtime: .venv/.made requirements.lock
	@echo "Installing what the product runs on (once)"
	@$(INSTALL) -r requirements.lock
	@touch $@

.venv/.development: .venv/.runtime requirements-dev.lock
	@echo "Installing what building and testing need besides (once)"
	@$(INSTALL) -r requirements-dev.lock
	@touch $@
