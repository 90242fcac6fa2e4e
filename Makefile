# What people do with this project, a word each. Every target brings its own environment up to date.

PYTHON ?=
VENV ?= .venv
ARGS ?=

BIN := $(VENV)/bin
LOCALES := hi hi_Latn en
SPOKEN := hi en
DESK := hi en
SOURCES := app.py api audio casework console core desk ivr providers simulator sms ussd

.DEFAULT_GOAL := help
.PHONY: help run demo-kannel test check format transcripts messages catalogue lock clean venv runtime dev

help: ## Show this help
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | awk -F '|' '{ printf "  make %-12s %s\n", $$1, $$2 }'

run: runtime ## Start the demo: everything on this machine, no settings needed
	@exec $(BIN)/pukar serve

demo-kannel: runtime ## Start the demo behind a real Kannel with phones that send and receive SMS
	@exec $(BIN)/python -m tests.kannel

test: dev ## Run the tests; ARGS="-k sms" goes to pytest
	@$(BIN)/python -m pytest $(ARGS)

check: dev ## Format, lint, types, who imports whom, spelling: all of it, changing nothing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell

format: dev ## Format the code and mend what ruff can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

transcripts: dev ## Write anew every conversation as each channel shows it
	$(BIN)/python -m tests.transcripts
	$(BIN)/python -m tests.tours

# messages.po has what is written, spoken.po all that calls may say (empty: said as it is written),
# desk.po what officers read.
messages: dev ## Take new sentences from the code into locales/
	@mkdir -p build
	@$(MAKE) --silent catalogue DOMAIN=messages WHERE="console core simulator sms ussd" IN="$(LOCALES)"
	@$(MAKE) --silent catalogue DOMAIN=spoken WHERE="audio core ivr" IN="$(SPOKEN)"
	@$(MAKE) --silent catalogue DOMAIN=desk WHERE="casework desk" IN="$(DESK)"

catalogue:
	$(BIN)/pybabel -q extract -F pyproject.toml --no-default-keywords -k Text -k _ -k ngettext:1,2 --add-location=file \
		--sort-output --no-wrap --project=pukar -o build/$(DOMAIN).pot $(WHERE)
	@for locale in $(IN); do \
		$(BIN)/pybabel -q update -i build/$(DOMAIN).pot -d locales -D $(DOMAIN) -l $$locale \
			--init-missing --no-fuzzy-matching --no-wrap --ignore-pot-creation-date || exit 1; \
	done

COMPILE = build/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-annotate --custom-compile-command "make lock" $(ARGS) pyproject.toml

lock: venv ## Lock what pyproject.toml asks for; ARGS=--upgrade takes the newest of everything
	@$(BIN)/python -m venv build/uv
	@build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
	$(COMPILE) -o requirements.lock
	$(COMPILE) -c requirements.lock --group dev -o requirements-dev.lock

clean: ## Remove the environment and the caches; data in var/ stay
	rm -rf $(VENV) build .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- The environment. It remembers its folder and its Python: moved, or asked for another, it is
# made anew.

PYTHONS := $(or $(PYTHON),python3.13 python3.12 python3.11 python3)
IS_PYTHON = -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1

venv:
	@case "$$(cat $(VENV)/made-with 2>/dev/null)" in \
		"$(CURDIR) "$(or $(PYTHON),*)) if $(BIN)/python -c 'import pip' 2>/dev/null; then exit 0; fi ;; \
	esac; \
	for python in $(PYTHONS); do \
		if "$$python" $(IS_PYTHON); then \
			echo "Making $(VENV) with $$("$$python" --version)"; \
			"$$python" -m venv --clear $(VENV) && echo "$(CURDIR) $$python" >$(VENV)/made-with; \
			exit; \
		fi; \
	done; \
	echo "No Python 3.11 or newer (with its venv module; Debian: python3-venv) among: $(PYTHONS)." \
		"Name yours: make PYTHON=/path/to/python" >&2; \
	exit 1

runtime: venv
	@$(MAKE) --silent $(VENV)/has-runtime

dev: venv
	@$(MAKE) --silent $(VENV)/has-dev

# The locks name every package; older pips, let loose, look for newer ones of those with extras.
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-warn-script-location

$(VENV)/has-runtime: requirements.lock pyproject.toml
	@echo "Installing what Pukar needs (half a minute, once)"
	@$(INSTALL) --require-hashes --no-deps -r requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/has-dev: requirements-dev.lock pyproject.toml
	@echo "Installing what Pukar and its tests need (half a minute, once)"
	@$(INSTALL) --require-hashes --no-deps -r requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $(VENV)/has-runtime $@
