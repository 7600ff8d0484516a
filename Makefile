# Two commands on a fresh machine with Python 3.11+ and a package index: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: demo test test-consumers lint format bench bench-accuracy bench-ledger bench-export bench-replay proof proof-archive proof-interrupts mutation clean

demo: $(READY)
	$(BIN)/newscrawl demo -o newscrawl-demo

test: lint
	$(BIN)/python -m pytest -n 4 --dist worksteal

# The real site generators, pywb and a browser take what newscrawl wrote; the first time they are installed in .venv/consumers.
test-consumers: $(READY)
	PYTHON=$(PYTHON) tests/consumers/setup.sh
	$(BIN)/python -m pytest -n 2 --dist loadgroup tests/consumers/check_*.py

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo

format: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Benchmarks measure, they do not judge: CPU per page against a bare lxml parse of the same page; PAGES=… another folder.
bench: $(READY)
	$(BIN)/python tests/benchmarks/extract.py $(PAGES)

# Other extractors, in an environment of their own (GNE is GPL): never dependencies of newscrawl's.
# PAGES=… LABELS=… scores another folder of labelled pages; REPORT= prints only.
bench-accuracy: .venv/bench/.ready
	.venv/bench/bin/python -m tests.benchmarks.accuracy

.venv/bench/.ready: $(READY)
	$(PYTHON) -m venv .venv/bench
	.venv/bench/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	.venv/bench/bin/python -m pip install --quiet --disable-pip-version-check --editable .
	.venv/bench/bin/python -m pip install --quiet --disable-pip-version-check trafilatura 'newspaper4k[zh]' readability-lxml resiliparse gne
	touch $@

# The promises of `newscrawl crawl` at full size: 3,000 items, 40 edits, 10 deletions, 30 kills; ends with 1 when one breaks.
proof: $(READY)
	$(BIN)/python -m tests.benchmarks.proof

# 100 random damages to an archive, each found and undone; ends with 1 when one is not.
proof-archive: $(READY)
	$(BIN)/python -m tests.benchmarks.damage

# 60 interruptions of a replay at random moments; ends with 1 when a run hangs, ends with another code or leaves a process.
proof-interrupts: $(READY)
	$(BIN)/python -m tests.benchmarks.interrupts

# Replay of 20,000 pages with one and two workers, export of 100,000 records: time and memory.
bench-replay: $(READY)
	$(BIN)/python -m tests.benchmarks.replay

bench-export: $(READY)
	$(BIN)/python -m tests.benchmarks.export

# What a ledger of a million items costs an incremental crawl; takes 1 GB of disk.
bench-ledger: $(READY)
	$(BIN)/python -m tests.benchmarks.million

# 20,000 damaged pages; ends with 1 and a kept case when one is neither read nor refused.
mutation: $(READY)
	$(BIN)/python -m tests.benchmarks.mutation

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade --constraint constraints.txt pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --group dev --editable '.[canary,metrics,parquet,remote,report,browse]'
	touch $@

clean:
	rm -rf .venv newscrawl-demo
