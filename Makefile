# Two commands for a newcomer: `make demo` and `make test`. Each sets up all it needs.
PY ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint lock texts clean

test: $(VENV)/.ready
	scripts/test-all

demo: $(VENV)/.ready
	scripts/demo

lint: $(VENV)/.ready
	scripts/lint

$(VENV)/.ready: requirements/dev.txt pyproject.toml
	scripts/setup $(VENV)

# Locks name hashes, never an index: the same files serve every mirror.
lock:
	uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements/base.txt
	uv pip compile -q pyproject.toml --extra adb --extra cases --extra gate --extra heif --extra keyring --extra pdf --extra remote --extra timestamp --extra watch --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements/all.txt
	uv pip compile -q pyproject.toml --extra adb --extra cases --extra gate --extra heif --extra keyring --extra pdf --extra remote --extra timestamp --extra watch --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements/dev.txt
	uv pip compile -q requirements/oracle-mitmproxy.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements/oracle-mitmproxy.txt
	uv pip compile -q requirements/oracle-iphone-backup-decrypt.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements/oracle-iphone-backup-decrypt.txt
	uv pip compile -q requirements/oracle-androguard.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements/oracle-androguard.txt
	uv pip compile -q requirements/oracle-sqlite-dissect.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements/oracle-sqlite-dissect.txt
	uv pip compile -q requirements/oracle-moto.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements/oracle-moto.txt
	uv pip compile -q requirements/oracle-docs.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements/oracle-docs.txt
