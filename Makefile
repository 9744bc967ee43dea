# Two verbs do everything on a fresh machine: `make rehearse` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
UV := $(shell command -v uv)
ifdef UV
CREATE_VENV = $(UV) venv --quiet --clear --python $(PYTHON) $(VENV)
PIP_INSTALL = $(UV) pip install --quiet --compile-bytecode --python $(BIN)/python
else
CREATE_VENV = $(PYTHON) -m venv --clear $(VENV)
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif
COMPILE = uv pip compile pyproject.toml --universal --python-version 3.11 \
  --generate-hashes --no-header --no-emit-index-url --no-annotate --quiet

# Tests and the rehearsal start hundreds of processes; each would compile all that it imports.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: rehearse check test durations sweep attack install lint format lock fuzz fuzz-azure \
  other-clients bench docs clean

# Half of the time tests wait for servers, so that four workers fill two cores. Each takes the tests
# of a file, which share a server; those that take longest begin.
PYTEST = $(BIN)/pytest --numprocesses $(or $(WORKERS),4) --dist loadfile --no-loadscope-reorder

rehearse: $(READY)
	$(BIN)/python scripts/rehearse.py $(if $(YES),--yes)

# Under a minute: lint, types, and the tests that start no server.
check: lint
	$(PYTEST) -m "not server"

test: lint
	$(PYTEST)

# All tests, and the twenty slowest at the end.
durations: $(READY)
	$(PYTEST) --quiet --durations 20 --durations-min 0 --no-header

# Every kill, every fault and 100,000 random subscriptions, not a share of them: an hour.
sweep: $(READY)
	TUNEOPS_RANDOM_SUBSCRIPTIONS=100000 $(BIN)/pytest --timeout 0 tests/cleanup/test_cleanup_random.py
	SWEEP=all $(PYTEST) tests/end_to_end

# What a hostile person tries, with twenty times the examples of `make test`.
attack: $(READY)
	ATTACK_EXAMPLES=$(or $(EXAMPLES),20) $(PYTEST) -m attack --timeout 0

install: $(READY)

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/zizmor --offline --persona pedantic --no-progress --quiet .
	$(BIN)/actionlint -shellcheck $(abspath $(BIN))/shellcheck
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.github-actions .github/actions/*/action.yml
	$(BIN)/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Needs uv. Versions and hashes only: the locks name no package index. The first is what workflow
# jobs install; the second, at the same versions, adds the local Azure and the tools of tests.
lock:
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group build --group dev --extra local --constraints requirements.lock \
	  --output-file requirements-dev.lock

# The data reader and its rules on bytes of any kind; SECONDS=600 runs longer.
fuzz: $(READY)
	$(BIN)/python tests/tunelint/fuzz.py $(or $(SECONDS),180)

# What the specifications allow, asked of the local Azure; EXAMPLES=500 asks more.
fuzz-azure: $(READY)
	EXAMPLES=$(or $(EXAMPLES),50) $(PYTEST) tests/local_azure/core/test_local_schemathesis.py

# The Azure CLI, the npm packages and the newest SDKs, installed for it, against the local Azure.
other-clients: $(READY)
	$(BIN)/python tests/local_azure/clients/other.py $(or $(CLIENTS),az npm projects frameworks prereleases)

# The data check beside the cookbook's, as ratios in docs/speed.md; REPEAT=1 is a quick look.
bench: $(READY)
	$(BIN)/python benchmarks/validate.py --write --repeat $(or $(REPEAT),5)

# Pages and schemas made from the code.
docs: $(READY)
	$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) .pdm-build .rehearsal .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; $(PYTHON) is older. Name another: make PYTHON=python3.12 ..." >&2; exit 2; }
	@test -n "$(UV)" || $(PYTHON) -c 'import ensurepip, venv' || \
	  { echo "This Python cannot make virtual environments; on Debian and Ubuntu: apt install python3-venv" >&2; exit 2; }
	$(CREATE_VENV)
	$(PIP_INSTALL) --require-hashes --only-binary :all: --requirement requirements-dev.lock
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q src scripts
	@touch $@
