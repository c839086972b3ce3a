# make run | leaderboard | dashboard      use it: make run TRIALS=20 STUDY=robust
# make test | test-slow | check | bench | winners   work on it

PYTHON  ?= python3
TRIALS  ?= 200
STORAGE ?= sqlite:///har-search.db
VENV    := .venv
BIN     := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)

# PyPI's PyTorch for Linux brings gigabytes of CUDA libraries. Without an NVIDIA GPU we take the CPU
# build from PyTorch's own index, if it answers within 5 seconds. PIP_EXTRA_INDEX_URL, where it is
# set (also to nothing), is left as it is.
CPU_INDEX ?= https://download.pytorch.org/whl/cpu
CPU_BUILD  = $(if $(filter Windows_NT,$(OS)),,$(shell { \
    test "$$(uname -s)" = Linux && test -z "$${PIP_EXTRA_INDEX_URL+set}" && \
    ! command -v nvidia-smi && $(PYTHON) -c "import signal, urllib.request; \
    signal.alarm(5); urllib.request.urlopen('$(CPU_INDEX)/', timeout=5)"; } >/dev/null 2>&1 && \
    echo "--extra-index-url $(CPU_INDEX)"))

.PHONY: run leaderboard dashboard test test-slow check format bench winners docs clean

run: $(VENV)/.installed
	$(BIN)/har-search run $(if $(STUDY),--study $(STUDY) )--trials $(TRIALS) --storage $(STORAGE)

leaderboard: $(VENV)/.installed
	$(BIN)/har-search leaderboard --storage $(STORAGE)

dashboard: $(VENV)/.installed
	$(BIN)/har-search dashboard --storage $(STORAGE)

# All but the tests that take minutes, with coverage.
test: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m "not slow" --cov --cov-report=term:skip-covered

# Those that take minutes: kills, outages and crowds at full size.
test-slow: $(VENV)/.installed-dev
	$(BIN)/python -m pytest -m slow

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# An hour or more, on an otherwise idle machine; writes bench.md.
bench: $(VENV)/.installed-dev
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group bench
	$(BIN)/python benchmarks/suite.py

# What docs/search-quality.md shows of a study of several seeds: a search, and its best five confirmed.
winners: STUDY ?= calibrated
winners: $(VENV)/.installed
	$(BIN)/har-search run --study $(STUDY) --trials 100 --seed 1 --storage sqlite:///winners.db
	$(BIN)/har-search confirm --study $(STUDY) --top 5 --seeds 10 --by-subject \
	    --storage sqlite:///winners.db

docs: $(VENV)/.installed-dev
	$(BIN)/python docs/commands.py
	$(BIN)/python docs/architecture.py

clean:
	rm -rf $(VENV)

$(VENV)/.pip: constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade --constraint constraints.txt pip
	touch $@

$(VENV)/.installed: $(VENV)/.pip pyproject.toml
	$(BIN)/python -m pip install --quiet --constraint constraints.txt $(CPU_BUILD) --editable .
	touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable . --group dev
	touch $@
