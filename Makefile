# One target per task; `make help` lists them.
#
# Everything is installed into this folder (.venv, node_modules); nothing outside it is changed.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
NODE_STAMP := node_modules/.installed
XTTS_STAMP := .venv-xtts/.installed

.DEFAULT_GOAL := help
.PHONY: help setup run test test-python fuzz test-extension test-xtts test-xtts-if-wanted check generate docs format package bench lock clean

help:  ## list the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(STAMP): pyproject.toml requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo 'Codechoir needs Python 3.11 or newer: run make PYTHON=/path/to/python3' >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(NODE_STAMP): package.json package-lock.json
	npm ci --no-fund --no-audit
	@touch $@

# torch is large. It gets an environment of its own, as it may have on a user's machine.
$(XTTS_STAMP): pyproject.toml requirements/xtts.txt
	$(PYTHON) -m venv .venv-xtts
	.venv-xtts/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/xtts.txt
	.venv-xtts/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(STAMP) $(NODE_STAMP)  ## install the Python and npm packages into this folder

run: $(STAMP)  ## read a sample aloud, and write it to build/cart.wav
	@mkdir -p build
	$(BIN)/codechoir read examples/cart.py -o build/cart.wav --marks build/cart.json

test: test-python test-extension test-xtts-if-wanted  ## run all tests; those of XTTS only if torch is installed

# Tests that listen in real time run one after the other, the rest on two processors.
REAL_TIME := tests/engines tests/playback tests/sinks tests/workbench

test-python: $(STAMP) $(NODE_STAMP)
	$(BIN)/python -m pytest -n 2 --dist loadfile $(addprefix --ignore ,$(REAL_TIME))
	$(BIN)/python -m pytest $(REAL_TIME) --ignore tests/engines/xtts/test_installed.py

fuzz: $(STAMP)  ## look for crashes with random input, for FUZZ_SECONDS (60) a test
	FUZZ_SECONDS=$${FUZZ_SECONDS:-60} $(BIN)/python -m pytest tests/fuzz

test-xtts: $(XTTS_STAMP)  ## test XTTS with torch and coqui-tts (a download of several gigabytes)
	@# numba's cache does not notice changes in imported files.
	rm -f backend/codechoir/engines/xtts/cpu_int8/__pycache__/*.nb[ic] tests/engines/xtts/cpu_int8/__pycache__/*.nb[ic]
	OMP_WAIT_POLICY=passive .venv-xtts/bin/python -m pytest tests/engines/xtts

test-xtts-if-wanted:
	@if [ -n "$$CODECHOIR_TEST_ALL" ] || [ -e $(XTTS_STAMP) ]; then $(MAKE) test-xtts; \
	  else echo 'XTTS is not tested: torch is not installed. To install it and run the tests: make test-xtts'; fi

test-extension: $(STAMP) $(NODE_STAMP)
	npm test

generate: $(STAMP)  ## write what follows from the declarations of settings (manifest, texts, tables in docs)
	$(BIN)/python extension/scripts/generate_settings.py

check: $(STAMP) $(NODE_STAMP)  ## linters, types, formatting, links of the documentation; runs no tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/mypy extension/scripts/generate_settings.py
	$(BIN)/lint-imports --no-cache
	$(BIN)/python extension/scripts/generate_settings.py --check
	npm run check
	$(BIN)/zensical build --clean --strict

docs: $(STAMP)  ## build the documentation site into build/site
	$(BIN)/zensical build --clean --strict
	@echo 'Open build/site/index.html; to edit with a preview, run .venv/bin/zensical serve'

format: $(STAMP) $(NODE_STAMP)  ## format the sources
	$(BIN)/ruff check --fix
	$(BIN)/ruff format
	npm run format

package: $(STAMP) $(NODE_STAMP)  ## build dist/codechoir.vsix, which carries the Python backend
	npm run package

bench: $(STAMP)  ## measure; each figure has a peer measured in the same run
	$(BIN)/codechoir bench

lock: $(STAMP)  ## update the lock files (after a change in pyproject.toml)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.8
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements/runtime.txt
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements/dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra xtts --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements/neural.txt
	$(BIN)/uv pip compile pyproject.toml --extra xtts --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet -o requirements/xtts.txt

clean:  ## remove everything that the other targets created
	rm -rf .venv .venv-xtts node_modules dist build .workbench .mypy_cache .ruff_cache .pytest_cache .cache
