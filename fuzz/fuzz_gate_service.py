"""Fuzz target: what programs send to the gate's service, and its configuration.

Whatever comes in is either read, and then written and read again the same, or refused with the service's own error.
"""

import contextlib
import sys
import tomllib
from pathlib import Path

import atheris
import msgspec

with atheris.instrument_imports(include=["phoneward.numbers.gate.service", "phoneward.numbers.gate.strictjson"]):
    from phoneward.numbers.gate import GateConfigError
    from phoneward.numbers.gate.service.app import read_body
    from phoneward.numbers.gate.service.problems import Problem
    from phoneward.numbers.gate.service.settings import read_tables
    from phoneward.numbers.gate.service.work import OPERATIONS

KINDS = [one.sent for one in OPERATIONS if one.sent is not None]


def one_input(data: bytes) -> None:
    """Read it as each body, then as a configuration."""
    for kind in KINDS:
        with contextlib.suppress(Problem):
            sent = read_body(data, kind)
            if read_body(msgspec.json.encode(sent), kind) != sent:
                raise AssertionError(data)
    try:
        tables = tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        return
    with contextlib.suppress(GateConfigError):
        str(read_tables(tables, Path()).warnings())


def main() -> None:
    """Run the fuzzer."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
