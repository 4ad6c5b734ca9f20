PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run demo test test-sqlite test-postgresql test-slow lint format bench compare screenshots
.PHONY: package lambda deploy update undeploy

STAGE ?= production

# The service on port 5001; environment variables as the README lists them.
run: $(BIN)/.runtime
	@exec deploy/serve

# The service with a month of made-up requests and measurements, in a database of its own. They go
# on while it runs: the shell's process, whose id is handed over, becomes the service.
demo: export DATABASE_URL = sqlite:///$(CURDIR)/demo.sqlite3
demo: $(BIN)/.runtime
	python manage.py migrate --noinput --verbosity 0
	python manage.py demo_data
	@python manage.py demo_data --live $$$$ & exec deploy/serve

# Each page on desktop and phone, light and dark, empty and full, into build/screenshots.
screenshots: $(BIN)/.development
	python -m tests.browser.screenshots

# All tests but the slow, on SQLite and on a real PostgreSQL that comes as a Python package.
# In random order: PYTEST_ADDOPTS=--random-order make test
test: test-sqlite test-postgresql

test-sqlite: $(BIN)/.development node_modules/axe-core
	pytest

test-postgresql: $(BIN)/.development node_modules/axe-core
	TEST_DATABASE=postgresql pytest

# More rounds and samples of what a quick test shows.
test-slow: $(BIN)/.development node_modules/axe-core
	TEST_DATABASE=postgresql pytest -m slow

lint: $(BIN)/.development
	ruff check .
	ruff format --check .
	mypy .
	python manage.py makemigrations --check --dry-run

format: $(BIN)/.development
	ruff check --fix .
	ruff format .

bench: $(BIN)/.development
	python -m benchmarks

# The container and the local Lambda side by side, then the dashboard that shows it. Options:
# make compare OPTIONS=--help
compare: $(BIN)/.development
	@python -m benchmarks.comparison $(OPTIONS)

# The zip for Lambda: build/package.zip, and unpacked in build/task.
package: $(BIN)/.runtime
	@mkdir -p build
	zappa package $(STAGE) --output build/package.zip

# The zip on AWS's own Lambda runtime, here, on port 9001. For its options:
# make lambda OPTIONS=--help
lambda: $(BIN)/.development
	@python -m deploy.local_lambda $(OPTIONS)

# AWS credentials and the stage's variables come from the environment: docs/deploy-lambda.md.
deploy update undeploy: $(BIN)/.runtime
	python -m deploy.release $@ $(STAGE)

# Variables for a deployment, each empty one a fresh secret; what is there already stays.
SECRETS := import re, secrets; \
    print(re.sub("\x27\x27", lambda _: repr(secrets.token_hex(32)), open(".env.example").read()), end="")
.env:
	@umask 077 && $(PYTHON) -c '$(SECRETS)' > $@
	@echo "Made .env: fill in what is yours, then load it with: set -a; . ./.env; set +a"

# For the browser tests alone; they are skipped without it.
node_modules/axe-core: package-lock.json
	npm ci --silent --no-audit --no-fund || echo "npm is missing: accessibility is not tested"

$(BIN)/.runtime: requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

$(BIN)/.development: requirements-dev.txt requirements.txt | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	touch $@ $(BIN)/.runtime

# Debian keeps what makes a virtual environment in a package of its own.
$(BIN)/python:
	@$(PYTHON) -c "import ensurepip, sys; assert sys.version_info >= (3, 11)" 2>/dev/null || \
		{ echo "$(PYTHON) is no Python 3.11 with venv: apt-get install python3-venv, or make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv .venv
