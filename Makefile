# make         build the command into bin/descent
# make test    install what the tests need and run all of them
# make fuzz    run property tests with new seeds, and every fuzz target for FUZZTIME (60s)
# make bench   run the benchmarks
# make bench-peers   time descent and its peers side by side into bench/RESULTS.md;
#                    ONLY=regexp chooses rows by title and name, PAIRS=n how often (5)
# make bench-memory  train on a table of LARGE rows (12000000) within MEMORY (512MB)
# make lint    gofmt, go vet, staticcheck

FUZZTIME ?= 60s
PAIRS ?= 5
ONLY ?=
LARGE ?= 12000000
MEMORY ?= 512MB

.PHONY: all test test-kernels test-arm64 lint bench bench-peers bench-memory fuzz

all:
	go build -o bin/descent ./cmd/descent

test: lint
	go test ./...
	$(MAKE) test-kernels test-arm64

# The kernels as machines with fewer instructions have them.
# The choice of kernels is read before the test cache looks at the environment.
test-kernels:
	DESCENT_KERNEL=portable go test -count=1 ./internal/kernel
	DESCENT_KERNEL=avx2 go test -count=1 ./internal/kernel
	go test -tags noasm ./internal/kernel

# The kernels on an emulated arm64, less of the tests that take long there.
test-arm64:
	@command -v qemu-aarch64 >/dev/null || { apt-get update -qq && apt-get install -qq -y --no-install-recommends 'qemu-user=1:7.2*'; } || true
	@if command -v qemu-aarch64 >/dev/null; then \
		GOARCH=arm64 go test -short -exec qemu-aarch64 -skip 'SharingDoesNotAllocate|CollectorDoesNotWait' ./internal/kernel; \
	else echo "NOT TESTED on arm64: qemu-user cannot be installed here"; fi

lint:
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	go vet ./...
	go tool staticcheck ./...

bench:
	go test -run '^$$' -bench . ./...

bench-peers: bin/venv/done
	go build -o bin/bench ./bench
	bin/bench -python bin/venv/bin/python -preload $(CURDIR)/bin/venv/mkl.so -pairs $(PAIRS) -only '$(ONLY)' -into bench/RESULTS.md

# A table of LARGE rows (12 million are 3.3 GB) trains within MEMORY, by batches
# and by all rows in every step; see peak_memory_bytes, rows_per_second, seconds.
bench-memory:
	go build -o bin/descent ./cmd/descent
	go build -o bin/bench ./bench
	bin/bench -large bin/large.csv -rows $(LARGE)
	ls -l bin/large.csv
	bin/descent fit bin/large.csv --target label --model mlp:32 --epochs 1 --memory $(MEMORY) --json --out bin/large-mlp --force
	bin/descent fit bin/large.csv --target label --model logistic --epochs 20 --memory $(MEMORY) --json --out bin/large-logistic --force || [ $$? -eq 3 ]
	rm bin/large.csv

bin/venv/done: bench/requirements.txt
	python3 -m venv bin/venv
	bin/venv/bin/pip install --quiet -r bench/requirements.txt
	echo 'int mkl_serv_intel_cpu_true(void) { return 1; }' | $(CC) -shared -fPIC -x c -o bin/venv/mkl.so -
	touch $@

fuzz:
	RAPID_RANDOM=1 go test -count 1 ./...
	@for pkg in $$(go list ./...); do \
		for target in $$(go test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
			echo "$$pkg $$target"; \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 200x $$pkg || exit 1; \
		done; \
	done
