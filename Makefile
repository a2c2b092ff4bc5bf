# SQLite's full-text search is a build tag of its driver; every go command needs it.
export GOFLAGS     = -tags=sqlite_fts5 -buildvcs=false
export CGO_ENABLED = 1

FUZZTIME ?= 10s

# What the browser tests examine pages with; npm ci fetches it there.
AXE = cmd/corkboard/testdata/axe

# The version in the binary comes from git, where there is a git to ask.
VCS    = $(if $(shell git rev-parse HEAD 2>/dev/null),auto,false)
# The linker warns about dlopen: SQLite could load extensions with it; the board loads none.
STATIC = -tags sqlite_fts5,osusergo,netgo -ldflags "-s -w -linkmode external -extldflags -static"

.DEFAULT_GOAL = help

help: ## this list
	@sed -n 's/^\([a-z]*\):[^#]*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

run: build ## serve a board on http://localhost:8080, its data in ./data
	bin/corkboard serve

build: ## bin/corkboard, one static file with full-text search in it
	go build -buildvcs=$(VCS) $(STATIC) -o bin/corkboard ./cmd/corkboard

test: ## everything that proves it works
	@command -v chromium >/dev/null || echo "Chromium is not here (Debian: apt-get install chromium): the tests in a browser are passed over"
	@[ -e $(AXE)/node_modules/axe-core ] || echo "axe-core is not here (npm ci --prefix $(AXE)): pages are not examined with it"
	go test -timeout 20m ./...

check: ## what CI runs: format, tidy, vet, linters, tests with the race detector
	@unformatted=$$(gofmt -l .); test -z "$$unformatted" || { echo "not in gofmt's format (make fmt): $$unformatted"; exit 1; }
	go mod tidy -diff
	go vet ./...
	go tool staticcheck ./...
	@if command -v golangci-lint; then golangci-lint run; else echo "golangci-lint is not here: passed over"; fi
	@if command -v govulncheck; then govulncheck ./...; else echo "govulncheck is not here: passed over"; fi
	go test -race -shuffle=on -timeout 20m ./...

bench: ## the promises, as ratios to the bare work
	go test ./cmd/corkboard -run TestGoals -goals -timeout 60m -v

cover: ## how much of each package the tests reach; cover.html shows where not
	go test -timeout 20m -coverpkg=./... -coverprofile=cover.out ./...
	go tool cover -html=cover.out -o cover.html

fuzz: ## every fuzz target in turn, FUZZTIME=10s each
	@for file in $$(grep -rl --include='*_test.go' '^func Fuzz' .); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' $$file); do \
			echo "$$target"; \
			go test $$(dirname $$file) -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) || exit 1; \
		done; \
	done

fmt: ## format the code
	gofmt -w .

lint: ## golangci-lint alone
	golangci-lint run

tidy: ## make go.mod say what the code imports
	go mod tidy

.PHONY: help run build test check bench cover fuzz fmt lint tidy
