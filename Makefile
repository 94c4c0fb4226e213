# Every target sets up what it needs; `make` alone lists them.

# Everything is built for release, with the flag that tests need to reach inside a module: so the tests share every
# object with the executable. SwiftPM's own way of setting it would compile all modules twice.
SWIFT_FLAGS := --configuration release -Xswiftc -enable-testing
SWIFT_BUILD := swift build $(SWIFT_FLAGS)
SWIFT_TEST := swift test $(SWIFT_FLAGS) --disable-testable-imports --disable-xctest
DORY_GEN := .build/release/dory-gen
DIGITS := Examples/digits
# What is installed and packed: for others, so with everything in it.
RELEASE := out/release/dory-gen
EXECUTABLE ?= $(RELEASE)
PREFIX ?= /usr/local
DESTDIR ?=

.PHONY: help setup build test lint format demo conformance random mutants benchmarks performance firmware-sizes fuzz \
  report-pages docs tutorial release install uninstall deb wheel try-packages clean

help:
	@echo "make build         the executable, $(DORY_GEN)"
	@echo "make demo          plans, generates, runs and verifies the digits example, and measures its accuracy"
	@echo "make test          every test"
	@echo "make lint          the form of every source file"
	@echo "make conformance   networks that others made, where ../shared/networks is present"
	@echo "make random COUNT=2000 SEED=1  random networks, from the file to the codes; RECIPE=FILE runs one again"
	@echo "make mutants       what catches mistakes that are made in generated C and in plans on purpose"
	@echo "make benchmarks    planning times, gaps, traffic and predicted cycles against their limits"
	@echo "make performance   cycles of kernels and networks on the simulated cluster: docs/performance.md"
	@echo "make firmware-sizes  code and stacks of firmware against what plans have for them, where ../shared/networks is present"
	@echo "make fuzz READER=onnx  reads 200000 mutated files (RUNS=) of a kind: onnx, tflite, plan, deployment or files; SEED=1"
	@echo "make report-pages  opens reports in headless Chromium and leaves screenshots in out/report; skipped without Chromium"
	@echo "make docs          pages of every library module from its comments, out/docs"
	@echo "make tutorial      runs the code of the tutorial and of docs/reading-a-plan.md, and compares what they show; PyPI"
	@echo "make release       one executable that needs nothing but glibc, $(RELEASE)"
	@echo "make install       installs it: PREFIX=/usr/local, DESTDIR=; make uninstall takes it away"
	@echo "make deb wheel     packs it for Debian and for Python, into out"
	@echo "make try-packages  installs both packages where nothing else is, and runs the example there; as root"
	@echo "make format        formats Swift and C in place"
	@echo "make clean         removes everything that was built"

setup:
	@scripts/setup

build: setup
	$(SWIFT_BUILD) --product dory-gen

test: setup
	$(SWIFT_TEST)

lint: setup
	@scripts/lint

format: setup
	@scripts/format

# 18 KiB of L1 and 128 KiB of L2: less than the weights and the reserved code together, so that weights must stream.
demo report-pages: TIGHT := --l1 18432 --l2 131072
demo: build
	@mkdir -p out/demo
	$(DORY_GEN) check $(DIGITS)/digits.tflite
	$(DORY_GEN) plan $(DIGITS)/digits.tflite -o out/demo/plan.json
	$(DORY_GEN) verify $(DIGITS)/digits.tflite --golden $(DIGITS)/golden
	$(DORY_GEN) plan $(DIGITS)/digits.tflite $(TIGHT) -o out/demo/tight.json
	$(DORY_GEN) verify $(DIGITS)/digits.tflite --golden $(DIGITS)/golden $(TIGHT)
	$(DORY_GEN) verify $(DIGITS)/digits.tflite --random 1 --backend cluster
	$(DORY_GEN) generate $(DIGITS)/digits.tflite -o out/demo/firmware
	@$(MAKE) --silent -C out/demo/firmware host && echo "built out/demo/firmware/build/host/network"
	$(DORY_GEN) run $(DIGITS)/digits.tflite --backend host --input $(DIGITS)/test_images.npy --output out/demo/outputs --quiet
	@python3 $(DIGITS)/accuracy.py $(DIGITS)/test_labels.npy out/demo/outputs/output0.npy

conformance: build
	DORY_GEN_ODD_SHAPES=all DORY_GEN_FIRMWARE=all DORY_GEN_RANDOM_COUNT=300 $(SWIFT_TEST) \
	  --filter 'OddShapeTests|FirmwareNetworkTests|RandomModelTests'
	@scripts/conformance $(DORY_GEN)
	@test ! -d ../shared/networks || Benchmarks/firmware/run --tool $(DORY_GEN)
	@Benchmarks/mutants/run --tool $(DORY_GEN) --network digits_least --network odd --sample 15 --plans 0

mutants: build
	swift build $(SWIFT_FLAGS) --build-tests --disable-xctest
	@nice -n 15 Benchmarks/mutants/run --tool $(DORY_GEN) --alone

# FIRST: number of the first network under the seed. SANITIZED: of how many networks one is built with the sanitizers, too.
# Failing networks are shrunk, and left in FOLDER.
random: COUNT ?= 300
random: SEED ?= 1
random: FIRST ?= 0
random: SANITIZED ?= 1
random: FOLDER ?= out/random
random: setup
	DORY_GEN_RANDOM_COUNT=$(COUNT) DORY_GEN_RANDOM_SEED=$(SEED) DORY_GEN_RANDOM_FIRST=$(FIRST) \
	  DORY_GEN_RANDOM_SANITIZED=$(SANITIZED) DORY_GEN_RANDOM_RECIPE=$(RECIPE) DORY_GEN_RANDOM_FOLDER=$(FOLDER) \
	  $(SWIFT_TEST) --filter RandomModelTests

benchmarks: build
	@Benchmarks/run --tool $(DORY_GEN)

firmware-sizes: build
	@Benchmarks/firmware/run --tool $(DORY_GEN)

performance: build
	@Benchmarks/run performance --tool $(DORY_GEN)

report-pages: build
	@mkdir -p out/report
	@$(DORY_GEN) plan $(DIGITS)/digits.tflite -o out/report/digits.json --quiet
	@$(DORY_GEN) plan $(DIGITS)/digits.tflite $(TIGHT) -o out/report/tight.json --quiet
	@scripts/report-pages $(DORY_GEN) out/report out/report/digits.json out/report/tight.json

# ROUTES: names of the pages' routes, all by default. What can't be had from PyPI is left out.
tutorial: build
	@scripts/setup tutorial
	@scripts/tutorial $(DORY_GEN) $(addprefix --route ,$(ROUTES))

fuzz: READER ?= onnx
fuzz: RUNS ?= 200000
fuzz: SEED ?= 1
fuzz: setup
	@scripts/fuzz $(READER) $(RUNS) $(SEED)

docs: build
	@scripts/reference .build/release out/docs

release:
	@scripts/setup packages
	@scripts/static-build $(RELEASE)
	@scripts/licences $(dir $(RELEASE))licences

# Built where there is none, and else taken as it is: `sudo make install` builds nothing.
$(RELEASE):
	@$(MAKE) --no-print-directory release

install: $(EXECUTABLE)
	@scripts/install $(EXECUTABLE) $(PREFIX) $(DESTDIR)

uninstall:
	@scripts/uninstall $(PREFIX) $(DESTDIR)

deb: $(EXECUTABLE)
	@scripts/setup packages
	@scripts/deb $(EXECUTABLE) out

wheel: $(EXECUTABLE)
	@scripts/wheel $(EXECUTABLE) out

try-packages: deb wheel
	@scripts/setup try-packages
	@scripts/try-packages out

clean:
	rm -rf .build .build-static out
