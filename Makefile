# One command for each act. `make help` lists them.
#
# Everything is installed into this folder (.venv, node_modules); nothing outside it is touched.

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
NODE_STAMP := node_modules/.installed
XTTS_STAMP := .venv-xtts/.installed

.DEFAULT_GOAL := help
.PHONY: help setup run test test-python test-extension test-xtts test-xtts-if-wanted check docs format package bench lock clean

help:  ## list the commands
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

# torch is large and has an interpreter of its own, as it may have for users.
$(XTTS_STAMP): pyproject.toml requirements/xtts.txt
	$(PYTHON) -m venv .venv-xtts
	.venv-xtts/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/xtts.txt
	.venv-xtts/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(STAMP) $(NODE_STAMP)  ## install the Python and npm packages into this folder

run: $(STAMP)  ## read a sample of real code aloud (and write it to build/cart.wav)
	@mkdir -p build
	$(BIN)/codechoir read examples/cart.py -o build/cart.wav --marks build/cart.json

test: test-python test-extension test-xtts-if-wanted  ## run all tests, those of the neural engine where it is installed

test-python: $(STAMP) $(NODE_STAMP)
	$(BIN)/python -m pytest --ignore tests/engines/xtts/test_installed.py

test-xtts: $(XTTS_STAMP)  ## test the neural engine with torch and coqui-tts (a download of several gigabytes)
	@# numba keeps what it compiled until the file itself changes, whatever it took from other files.
	rm -f backend/codechoir/engines/xtts/cpu_int8/__pycache__/*.nb[ic] tests/engines/xtts/neural/__pycache__/*.nb[ic]
	OMP_WAIT_POLICY=passive .venv-xtts/bin/python -m pytest tests/engines/xtts

test-xtts-if-wanted:
	@if [ -n "$$CODECHOIR_TEST_ALL" ] || [ -e $(XTTS_STAMP) ]; then $(MAKE) test-xtts; \
	  else echo 'The tests of the neural engine are left out; make test-xtts installs torch and runs them.'; fi

test-extension: $(STAMP) $(NODE_STAMP)
	npm test

check: $(STAMP) $(NODE_STAMP)  ## linters, types, formatting, links of the documentation; runs no tests
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
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

bench: $(STAMP)  ## measure, each figure beside its peer's from the same run
	$(BIN)/codechoir bench

lock: $(STAMP)  ## pin all Python packages anew (after a change in pyproject.toml)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.8
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements/runtime.txt
	$(BIN)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements/dev.txt
	$(BIN)/uv pip compile pyproject.toml --extra xtts --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --quiet -o requirements/neural.txt
	$(BIN)/uv pip compile pyproject.toml --extra xtts --group dev --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate --no-header --quiet -o requirements/xtts.txt

clean:  ## remove what the other commands made
	rm -rf .venv .venv-xtts node_modules dist build .workbench .mypy_cache .ruff_cache .pytest_cache
