# Everything a developer runs. Each target sets up what it needs, and does nothing twice.

VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
PLUGINS := $(patsubst %/pyproject.toml,%,$(wildcard plugins/*/pyproject.toml))
TESTS := tests $(wildcard plugins/*/tests)

# torch and torchaudio that work together; only plugins need them, the core never does.
TORCH := torch==2.14.1 torchaudio==2.11.0

.PHONY: test test-core thorough lint format docs bench samples clean

test: $(VENV)/all
	$(BIN)/python -m pytest --override-ini "pythonpath=$(TESTS)" $(TESTS)

test-core: $(VENV)/core
	EMOTTS_LOAD_PLUGINS= $(BIN)/python -m pytest tests -m "not slow and not heavy"

# Every property with 10,000 cases; the suite looks at 100.
thorough: $(VENV)/core
	$(BIN)/python -m pytest tests/properties --hypothesis-profile thorough

lint: $(VENV)/core
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/core
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: $(VENV)/core
	$(BIN)/python docs/generator

bench: $(VENV)/core
	$(BIN)/python -m benchmarks

samples: $(VENV)/core
	$(PIP) 'matplotlib>=3.8'
	$(BIN)/python -m samples.make
	$(BIN)/python -m samples.pictures

clean:
	rm -rf $(VENV)

$(VENV)/core: pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --editable '.[dev]'
	touch $@

# PyAudio, which RealtimeTTS plays through, is built from source, with PortAudio's headers.
$(VENV)/all: $(VENV)/core $(addsuffix /pyproject.toml,$(PLUGINS))
	@if grep -qs torch $(addsuffix /pyproject.toml,$(PLUGINS)); then $(PIP) $(TORCH); fi
	@for plugin in $(PLUGINS); do $(PIP) --editable "$$plugin[dev,test,onnx]" || exit 1; done
	@if echo '#include <portaudio.h>' | $(CC) -E - >/dev/null 2>&1; then $(PIP) pyaudio; fi
	touch $@
