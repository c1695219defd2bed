# Every target does its own set-up, and quickly where it was done before.
.DEFAULT_GOAL := help
BIN := .venv/bin
PATHS := recorder server shared tests installers

# What `make coverage` holds to every branch, and the tests that run it.
E := recorder/evidence
COVERED := $E/store.py,$E/opening.py,$E/schema.py,$E/ledger.py,$E/contents.py,$E/receipting.py
COVERED_BY := tests/unit/shared tests/unit/$E tests/integration/$E

# Keeps what Python compiles, also where the environment says not to.
COMPILING := env -u PYTHONDONTWRITEBYTECODE

# One file is one worker's. A worker that crashed is not replaced: pytest-xdist 3.8 would wait
# for ever for files that it had begun (pytest-xdist #1323, #1378).
SHARED := --dist loadfile --max-worker-restart 0

.PHONY: help demo test installer installer-test faults mutants coverage lint format types rules compiled accuracy bench lock texts screenshots setup clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo:  ## one exam session, end to end; ONCE=1 ends when it is delivered and verified
	@.ci/setup demo
	@PYTHONPATH=tests $(BIN)/python -m demo $(if $(ONCE),--once)

# What is checked without running it is checked side by side. Then the tests, in the order of
# the folders, so that the long ones (e2e, faults) do not come last; they start some hundreds of
# programs, which find themselves compiled.
test: setup  ## lint, types, import rules and every test
	@$(MAKE) --no-print-directory -j 2 types lint rules compiled
	@$(COMPILING) $(BIN)/pytest -q -n 3 $(SHARED) --no-loadscope-reorder $(ARGS)

faults: setup  ## the full figures of what it survives; takes more than an hour
	@INVIGIL_FAULTS=full $(BIN)/pytest -n 2 $(SHARED) --timeout 14400 tests/faults $(ARGS)

mutants: setup  ## change the contract's code in every small way; the tests must notice
	@PYTHONPATH=tests $(BIN)/python -m mutants $(ARGS)

coverage: setup  ## that every branch of the contract and of the recorder's store is run
	@$(BIN)/pytest -q -n 2 $(SHARED) --cov --cov-report= $(COVERED_BY)
	@$(BIN)/coverage report --show-missing --skip-covered --fail-under=100 --include='shared/*,$(COVERED)'

setup:
	@.ci/setup test

lint: setup  ## ruff, as the rules in pyproject.toml say
	@$(BIN)/ruff check $(PATHS)
	@$(BIN)/ruff format --check $(PATHS)

types: setup
	@$(BIN)/pyright

rules: setup
	@$(BIN)/lint-imports --no-logo

compiled: setup
	@$(BIN)/python -m compileall -q recorder server shared installers tests/support tests/demo

format: setup  ## put every file into the house's form
	@$(BIN)/ruff check --fix $(PATHS)
	@$(BIN)/ruff format $(PATHS)

accuracy: setup  ## how often each detector is right, on media whose truth is known
	@PYTHONPATH=tests $(BIN)/python -m accuracy $(ARGS)

bench: setup  ## speed, memory and bit rates beside their budgets
	@PYTHONPATH=tests $(BIN)/python -m bench $(ARGS)

installer: setup  ## signed installers for this system into dist/; KEY=FILE signs, ARGS="--help"
	@$(BIN)/python -m installers.build $(if $(KEY),--key $(KEY)) $(ARGS)

installer-test: setup  ## build the package, install, use, upgrade and remove it in a clean system
	@INVIGIL_INSTALLERS=full $(BIN)/pytest -q --timeout 3600 tests/integration/installers $(ARGS)

texts: setup  ## gather the window's texts anew and release its languages; names what waits
	@PYTHONPATH=tests $(BIN)/python -m texts

screenshots: setup  ## make the README's pictures again from the running programs
	@PYTHONPATH=tests $(BIN)/python -m screenshots

lock:  ## resolve the lock files anew, with hashes and without addresses
	@.ci/lock

clean:  ## remove what the targets made
	@rm -rf .venv node_modules server/web/static/vendor .demo .bench
