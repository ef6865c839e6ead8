# Two commands do everything on a fresh machine: `make demo` and `make test`.
PYTHON ?= python3
VENV   ?= .venv
UV     := $(shell command -v uv 2>/dev/null)
BIN    := $(VENV)/bin
READY  := $(VENV)/.ok
INSTALL = $(if $(UV),$(UV) pip install --python $(BIN)/python,$(BIN)/python -m pip install --quiet --progress-bar off)
ROOMS  := cache configs demo evaluate extract search
BENCHES := cache_read cache_write extract_decode extract_pipeline extract_memory extract_resume flow search_step search_scale peers

.PHONY: demo test test-wheel lint types bench docs dist clean links dev
.DEFAULT_GOAL := help

help:
	@echo "make demo        set up, then run the main job on the embedded data"
	@echo "make test        set up, then run the tests"
	@echo "make test-wheel  build the wheel and run the tests against it"
	@echo "make lint types  ruff, house rules and duplication; mypy strict"
	@echo "make bench       the side-by-side measurements (ratios, JSON in build/bench)"
	@echo "make docs dist clean"

dev: $(READY)

$(READY): setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; name one: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 3; }
ifneq ($(UV),)
	test -x $(BIN)/python || $(UV) venv --python $(PYTHON) $(VENV)
else
	@test -x $(BIN)/pip || $(PYTHON) -m venv $(VENV) || \
	  { rm -rf $(VENV); echo "The venv module is missing: apt install python3-venv (Debian, Ubuntu), or install uv"; exit 3; }
endif
	$(INSTALL) -c constraints.txt -e '.[s3,test]'
# Only for the weights inside it: it asks for an older numpy, which nothing of it that we use needs.
	-$(INSTALL) --no-deps 'mediapipe==0.10.21'
	@touch $(READY)

# DEMO=--quick is a short form of it.
demo: $(READY)
	$(BIN)/adf demo $(DEMO)

test: $(READY) links
	$(BIN)/python -m pytest

# The tests run from a copy without the rooms beside it, so that only the wheel can serve imports.
test-wheel: $(READY) dist
	rm -rf build/wheel && mkdir -p build/wheel/site
	$(BIN)/python -m pip install --quiet --no-deps --target build/wheel/site dist/*.whl
	cp -r tests pyproject.toml build/wheel/
	cd build/wheel && PYTHONPATH=$(CURDIR)/build/wheel/site ADF_EXPECT=$(CURDIR)/build/wheel/site \
	  $(abspath $(BIN))/python -m pytest --ignore=tests/house --ignore=tests/docs -m "not slow"

lint: $(READY)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m pytest -q tests/house/test_house.py

types: $(READY) links
	$(BIN)/mypy -p adf -p tests -p benchmarks

# Type checkers cannot see an editable install's import hook; they can see links.
links:
	@mkdir -p build/links/adf
	@for room in $(ROOMS); do ln -sfn ../../../$$room build/links/adf/$$room; done
	@for file in adf/*.py adf/py.typed; do ln -sfn ../../../$$file build/links/$$file; done
	@for folder in tests benchmarks; do ln -sfn ../../$$folder build/links/$$folder; done

bench: $(READY)
	@mkdir -p build/bench
	@set -e; for name in $(BENCHES); do echo "== $$name"; \
	  $(BIN)/python -m benchmarks.$$name --json build/bench/$$name.json; done

docs: $(READY)
	$(BIN)/python -m pytest -q tests/docs

dist: $(READY)
	rm -rf dist build/lib build/bdist.*
	$(BIN)/python -m build --outdir dist .

clean:
	rm -rf $(VENV) build dist demo-out demo-out-quick *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
