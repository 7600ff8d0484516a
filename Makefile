# Two commands on a fresh machine with Python 3.11+ and a package index: `make demo` and `make test`.
# PYTHON=… works with another Python, VENV=… in another folder: make test PYTHON=python3.13 VENV=.venv-3.13
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

# The tests start hundreds of processes: none of them compiles newscrawl again, whatever this is set to.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test pytest test-other test-faults test-consumers test-simulation lint format bench bench-accuracy bench-noise bench-ledger bench-export bench-replay proof proof-archive proof-interrupts proof-simulation proof-mutants proof-disk mutate fuzz hashes audit always clean

demo: $(READY)
	rm -rf newscrawl-demo
	$(BIN)/newscrawl demo -o newscrawl-demo

test: lint pytest

pytest: $(READY)
	$(BIN)/python -m pytest -n 4 --dist worksteal

# The tests alone, with the newest other Python from 3.11 that is found here.
test-other: $(READY)
	@other=$$(sh setup.sh --other $(BIN)/python); \
	if [ -n "$$other" ]; then echo "test-other: with $$other, in .venv-other"; \
	  $(MAKE) --no-print-directory pytest PYTHON="$$other" VENV=.venv-other; \
	else echo "test-other: no other Python from 3.11 is found here"; fi

# All faults of docs/reliability.md, those included that take long. UPDATE=--update draws its tables anew.
test-faults: $(READY)
	$(BIN)/python -m pytest -n 4 --dist worksteal -m "fault or reliability" -o python_files="test_*.py faults/check_*.py" $(UPDATE) tests

# Six stories of a crawled site in which nearly everything goes wrong; `make test` plays one of them.
test-simulation: $(READY)
	$(BIN)/python -m pytest -n 2 tests/simulation/check_stories.py

# The real site generators, pywb and a browser take what newscrawl wrote; the first time they are installed in .venv/consumers.
test-consumers: $(READY)
	PYTHON="$(abspath $(BIN))/python" CONSUMERS_HOME="$(abspath $(VENV))/consumers" tests/consumers/setup.sh
	CONSUMERS_HOME="$(abspath $(VENV))/consumers" $(BIN)/python -m pytest -n 2 --dist loadgroup tests/consumers/check_*.py

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
bench-accuracy: $(VENV)/bench/.ready
	$(VENV)/bench/bin/python -m tests.benchmarks.accuracy

# Pages that were not made from the rules: what is read of them, what the canary flags, what --fallback reads. SEED=… another seed.
bench-noise: $(READY)
	$(BIN)/python -m tests.benchmarks.noise $(SEED)

$(VENV)/bench/.ready: $(READY)
	$(BIN)/python -m venv $(VENV)/bench
	$(VENV)/bench/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(VENV)/bench/bin/python -m pip install --quiet --disable-pip-version-check --editable .
	$(VENV)/bench/bin/python -m pip install --quiet --disable-pip-version-check trafilatura 'newspaper4k[zh]' readability-lxml resiliparse gne
	touch $@

# The promises of `newscrawl crawl` at full size: 3,000 items, 40 edits, 10 deletions, 30 kills; ends with 1 when one breaks.
# Then 300 stories of a crawled site in which nearly everything goes wrong, 50 runs each.
proof: $(READY)
	$(BIN)/python -m tests.benchmarks.proof
	$(MAKE) --no-print-directory proof-simulation

# 100 archives with 1 to 5 random damages, each whole again or its losses named; ends with 1 when one is not. SEED=… another seed.
proof-archive: $(READY)
	$(BIN)/python -m tests.benchmarks.damage $(if $(SEED),--seed $(SEED))

# 60 interruptions of a replay at random moments; ends with 1 when a run hangs, ends with another code or leaves a process.
proof-interrupts: $(READY)
	$(BIN)/python -m tests.benchmarks.interrupts

# The stories alone; ends with 1 when a promise breaks in one. SEEDS=… of them, FIRST=… the seed of the first.
proof-simulation: $(READY)
	$(BIN)/python -m tests.simulation --seeds $(or $(SEEDS),300) --first $(or $(FIRST),0) --runs 50

# Faults that were there once, put back one by one; ends with 1 when `make test-simulation` misses one.
proof-mutants: $(READY)
	$(BIN)/python -m tests.simulation.mutants

# Every call with which a command changes files fails once with each error, and 300 runs are killed; ends with 1 when one
# of them says nothing right, leaves a half, or is not healed by the next run. EVERY=… tries only each so many-th call.
proof-disk: $(READY)
	$(BIN)/python -m tests.disk calls --every $(or $(EVERY),1)
	$(BIN)/python -m tests.disk kills
	$(BIN)/python -m tests.disk power
	$(BIN)/python -m tests.disk power --syncs

# Replay of 20,000 pages with one and two workers, export of 100,000 records: time and memory.
bench-replay: $(READY)
	$(BIN)/python -m tests.benchmarks.replay

bench-export: $(READY)
	$(BIN)/python -m tests.benchmarks.export

# What a ledger of a million items costs an incremental crawl; takes 1 GB of disk.
bench-ledger: $(READY)
	$(BIN)/python -m tests.benchmarks.million

# Each target with Hypothesis, and guided by coverage with Atheris, in an environment of its own: FUZZ_SECONDS=… of CPU each.
# What breaks a promise is kept in tests/fuzz/cases/, and ends the run with 1. TARGETS="page roll" fuzzes only these.
fuzz: $(READY) $(VENV)/fuzz/.ready
	$(BIN)/python -m tests.fuzz hypothesis $(TARGETS) --seconds $(or $(FUZZ_SECONDS),600); first=$$?; \
	$(VENV)/fuzz/bin/python -m tests.fuzz atheris $(TARGETS) --seconds $(or $(FUZZ_SECONDS),600) && exit $$first

$(VENV)/fuzz/.ready: $(READY)
	$(BIN)/python -m venv $(VENV)/fuzz
	$(VENV)/fuzz/bin/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(VENV)/fuzz/bin/python -m pip install --quiet --disable-pip-version-check --editable .
	$(VENV)/fuzz/bin/python -m pip install --quiet --disable-pip-version-check 'atheris>=3' markdown-it-py nh3 python-frontmatter ruamel.yaml
	touch $@

# The hashes of all files that the index has of each pin of constraints.txt, for all Pythons and systems. Run it when a pin changes.
hashes: $(VENV)/uv/.ready
	$(VENV)/uv/bin/uv pip compile --quiet --no-deps --generate-hashes --no-annotate \
	  --custom-compile-command "make hashes" --python-version 3.14 --output-file hashes.txt constraints.txt

$(VENV)/uv/.ready: $(READY)
	$(BIN)/python -m venv $(VENV)/uv
	$(VENV)/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
	touch $@

# Known vulnerabilities of the pins, offline, by advisories.json; ends with 1 when it finds one. ADVISORIES=FILE takes what
# FILE knows first: OSV's all.zip for PyPI, or the JSON of pip-audit, which you have downloaded.
audit: $(READY)
	$(BIN)/python -m tests.audit $(ADVISORIES)

# Mutation testing of the rules by their unit tests; ends with 1 when fewer than 85 % of the mutants are killed.
# MODULES=… tries only these: make mutate MODULES=newscrawl/crawl/throttle.py
mutate: $(READY)
	$(BIN)/python -m tests.benchmarks.mutate $(MODULES)

# The script runs each time, and touches nothing where all is as it must be.
$(READY): always
	@PYTHON='$(PYTHON)' sh setup.sh $(VENV) "$(MAKECMDGOALS)"

always:

clean:
	rm -rf .venv .venv-* newscrawl-demo .mypy_cache .pytest_cache .ruff_cache .hypothesis
