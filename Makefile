PYTHON ?= python3
BIN := .venv/bin

.PHONY: help setup demo portal-assets test-tools test test-rest test-all check audit docs captures lock clean wheels image drills bench

help:            ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 16

setup: .venv/.ready  ## make .venv from the lock file

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup      ## two weeks of a local démarche, in two passages
	@$(BIN)/unc demo

portal-assets:   ## the State's design system for the portal (needs npm; State sites only)
	npm ci --omit=optional --ignore-scripts --no-audit --no-fund --silent
	rm -rf portal/static/dsfr && mkdir portal/static/dsfr
	cd node_modules/@gouvfr/dsfr/dist && cp -r dsfr.min.css fonts icons artwork "$(CURDIR)/portal/static/dsfr/"
	cp node_modules/@gouvfr/dsfr/LICENSE.md portal/static/dsfr/

test-tools:      ## Microsoft's validator of workbooks, a public client of DS: for make test-all (needs npm)
	npm ci --ignore-scripts --no-audit --no-fund --silent

# Compiled tests are kept, whatever the machine says: pytest rewrites 290 files otherwise, in each worker.
test test-rest: export PYTHONDONTWRITEBYTECODE =

test: setup      ## the tests that need PyPI packages only, and less than a second each
	$(BIN)/pytest -q -n 2 --dist loadfile -m "not debian and not slow and not machine"

test-rest: setup ## the ones that need Debian packages, or a second and more
	$(BIN)/pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m "(debian or slow) and not machine"

test-all: test test-rest  ## both

drills: setup    ## build the image, install on machines of Debian with their own systemd: install, upgrade, stop, power cut, restore, remove (root; needs buildah, debootstrap, systemd-container)
	$(BIN)/pytest -q -n 2 --dist loadfile -m machine --durations 10

wheels:          ## the Python packages of production in build/wheels, for a machine without Internet
	deploy/wheels.sh build/wheels

image:           ## the container image, without an engine (root; needs buildah, debootstrap)
	PYTHON_VERSION=$${PYTHON_VERSION:-3.11} deploy/wheels.sh build/wheels
	WHEELS=build/wheels deploy/image.sh

bench: setup     ## the benches that tell most in a short time, each beside its floor
	$(BIN)/python -m bench

check: setup     ## lint, types, directions of imports
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

audit: setup     ## licences, known vulnerabilities, list of parts (build/sbom.json)
	$(BIN)/python -m audit

docs: setup      ## write docs/rapport.md and the JSON Schemas again from the mapping file
	@$(BIN)/unc mapping document

captures: setup  ## make the pictures of docs/images again from the demo (needs Debian's chromium, libreoffice-calc, poppler-utils, pngquant)
	$(BIN)/python -m tests.captures

lock:            ## make the lock files again from pyproject.toml (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements.lock
	uv pip compile pyproject.toml --extra build -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -q -o requirements-prod.lock

clean:           ## remove what was built (keeps var/)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache *.egg-info
