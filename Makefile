# make demo    play it: customers at every point of the way, a start page to enter by      (SERVE=0 stops before serving)
# make test    all tests on real servers                                              (SLOW=1 with slow ones, LONG=1 with all, ARGS="-k csv")
# make lint    style, types, imports, migrations, deployment check
# make install what running it for real needs
# make test-s3 the file eraser on a real object store: Debian's Ceph, on this machine
# make sabotage breaks one promise after the other in a copy; tests must notice each  (ARGS="hold-not-asked")
# make screenshots every page as a picture below var/screenshots                       (ONLY="case sign-in")
# make html    every page through the Nu HTML Checker                                 (NU=/path/to/vnu.jar; needs Java)
# make bench   how fast, against PostgreSQL's own tools                               (OULAD=../shared/data/oulad)

PYTHON ?= python3
PORT ?= 8000
SERVE ?= 1
SLOW ?=
LONG ?=
PROCESSES ?= auto
ARGS ?=
ONLY ?=
NU ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install --only-binary :all:
CATALOGUES := $(wildcard offboarding/locale/*/LC_MESSAGES/django.po exports/locale/*/LC_MESSAGES/django.po retention/locale/*/LC_MESSAGES/django.po)
COMPILED := $(CATALOGUES:.po=.mo)
OFF := 0 no false off

# The demo never touches what a .env file names: an empty setting falls back to its default below var/.
FIRST_LOOK := DEBUG=true DATABASE_URL= PLATFORM_URL= DATA_MAP= SIGNING_KEY= EXPORT_WORK_DIR= \
	STORAGE_DEFAULT_URL= STORAGE_EXPORTS_URL= STORAGE_EVIDENCE_URL= STORAGE_PLATFORM_MEDIA_URL= \
	EMAIL_URL= INBOX_URL= NOTICE_ADDRESS=notices@learning.example MAIL_FROM= SITE_URL=http://127.0.0.1:$(PORT) RETIRED_SIGNING_KEYS= \
	LEGAL_ADDRESS= LEGAL_LANGUAGE= DELETIONS_PER_DAY= DELETION_WORK_DIR= \
	OIDC_SERVER_URL= OIDC_CLIENT_ID= OIDC_SECRET= DOCUMENT_TEMPLATES= DOWNLOAD_ACCEL_LOCATION= \
	STAFF_SECOND_FACTOR=optional VENDOR_NAME="Example Learning AB"
PRODUCTION := DEBUG=false ALLOWED_HOSTS=offboarding.example.org DATABASE_URL=sqlite://:memory: \
	SECRET_KEY=only-for-the-deployment-check-0123456789-abcdefghijklmnopqrstuvwxyz \
	SIGNING_KEY=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY= \
	SITE_URL=https://offboarding.example.org NOTICE_ADDRESS=notices@example.org EMAIL_URL=smtp+tls://mail.example.org

# Each process that a test starts would compile the application again, and pytest every test.
KEEP_BYTECODE := PYTHONDONTWRITEBYTECODE=

.DELETE_ON_ERROR:
.PHONY: install demo test test-s3 lint bench sabotage screenshots html messages coverage clean

install: $(VENV)/.ready $(COMPILED)

demo: $(VENV)/.ready $(COMPILED)
	@$(FIRST_LOOK) $(BIN)/python manage.py demo --port $(PORT) $(if $(filter $(OFF),$(SERVE)),--no-serve)

test: $(VENV)/.dev $(COMPILED)
	$(KEEP_BYTECODE) $(BIN)/python -m pytest -n $(PROCESSES) --maxprocesses 4 --dist loadfile \
		$(if $(filter-out $(OFF),$(LONG)),,-m "$(if $(filter-out $(OFF),$(SLOW)),not long,not slow and not long)") $(ARGS)

test-s3: $(VENV)/.dev $(COMPILED)
	NO_SKIPS=1 $(BIN)/python -m pytest tests/retention/erasers/files -k radosgw $(ARGS)

lint: $(VENV)/.dev $(COMPILED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	DEBUG=true $(BIN)/mypy
	DEBUG=true $(BIN)/lint-imports
	DEBUG=true DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

bench: $(VENV)/.dev $(COMPILED)
	$(BIN)/python -m tests.bench $(ARGS)

sabotage: $(VENV)/.dev $(COMPILED)
	$(BIN)/python -m tests.sabotage $(ARGS)

screenshots: $(VENV)/.dev $(COMPILED)
	ONLY="$(ONLY)" NO_SKIPS=1 $(BIN)/python -m pytest -q tests/browser/shots.py $(ARGS)

html: $(VENV)/.dev $(COMPILED)
	NU="$(NU)" NO_SKIPS=1 $(BIN)/python -m pytest -q tests/browser/nu.py $(ARGS)

coverage: $(VENV)/.dev $(COMPILED)
	$(BIN)/python -m pytest --cov --cov-report=term --cov-report=html -m "not slow" $(ARGS)

# Collects what is to be translated (needs GNU gettext); the compiled catalogues follow by themselves.
messages: $(VENV)/.dev
	DEBUG=true $(BIN)/python manage.py makemessages -l sv --no-obsolete --add-location file -i var -i tests
	$(MAKE) --no-print-directory compiled

.PHONY: compiled
compiled: $(COMPILED)

%.mo: %.po | $(VENV)/.ready
	$(BIN)/python -m babel.messages.frontend --quiet compile --input-file $< --output-file $@

clean:
	rm -rf $(VENV) var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis htmlcov .coverage
	rm -f $(COMPILED)

# The environment, made once and again when pyproject.toml changes ------------------------------------------------

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Name another: make PYTHON=/path/to/python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.ready: pyproject.toml | $(VENV)/.made
	@echo "Installing what the application needs into $(VENV) (about a minute)"
	@if test -e $(VENV)/.dev; then $(PIP) -e ".[dev]"; else $(PIP) -e ".[messages]"; fi
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/.made
	@echo "Installing what the application and its tests need into $(VENV) (some minutes)"
	@$(PIP) -e ".[dev]"
	@touch $@ $(VENV)/.ready
