"""Fuzz target: what a phone says of one app (`dumpsys package NAME`), of permissions, and in answer to a commit.

The first byte chooses the parser. Seeds in `fuzz/seeds/packages/` have the structure of what phones printed
(tests/phones/test_adb_packages.py).
"""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC

import atheris

with atheris.instrument_imports(include=["phoneward.phones"]):
    from phoneward.phones.adb import packages, sessions
    from phoneward.phones.adb.shell import Finished, Shell

from phoneward.errors import PhonewardError
from phoneward.phones.paths import is_clean

NAME = "org.example.chat"


class Saying(Shell):
    """Says the fuzzed bytes to every command."""

    def __init__(self, says: bytes) -> None:
        self._says = says

    def run(self, command: bytes, *, stdin: bytes = b"", limit: int = 0) -> Finished:
        del command, stdin, limit
        return Finished(self._says, b"", 0)


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def read_state(data: bytes) -> None:
    """Whatever is said, numbers are of their size, paths are clean and nothing is without bound."""
    found = packages.package_state(Saying(data), NAME, 0, UTC)
    if found is None:
        return
    hashes = [*(found.signer_hashes or ()), *(one.hash for one in found.past_signers)]
    _demand(all(0 <= number < 2**32 for number in hashes), "a hash of more than 32 bits")
    _demand(found.signer_hashes is None or found.signer_hashes, "no signer told as such")
    _demand(all(is_clean(path) for path in found.apk_paths), "a path that is none")
    _demand(not found.code_path or is_clean(found.code_path), "a folder that is none")
    _demand(found.version_code is None or 0 <= found.version_code < 2**63, "a version code of more than 64 bits")
    _demand(len(found.splits) <= 2000 and len(found.declared_permissions) <= 2000, "without bound")
    _demand(found.package not in (found.shared_user_packages or ()), "its own neighbour")


def read_permissions(data: bytes) -> None:
    """Each permission once."""
    found = packages.parse_permissions(data)
    _demand(len({one.name for one in found}) == len(found), "a permission twice")


def read_commit(data: bytes) -> None:
    """Done only where the phone said so, and never together with a failure."""
    if sessions.took(data):
        _demand(b"Success" in data or b"Completed" in data, "done without a word")
        _demand(not data.lstrip().startswith(b"Failure"), "done and failed")
    _demand(len(sessions.parse_failure(data)) <= 80, "a status without an end")


TARGETS: Iterable[Callable[[bytes], None]] = (read_state, read_permissions, read_commit)


def one_input(data: bytes) -> None:
    """Feed one input to the parser that its first byte chooses."""
    targets = tuple(TARGETS)
    try:
        targets[data[0] % len(targets) if data else 0](data[1:])
    except PhonewardError:
        return


def main() -> None:
    """Run under libFuzzer's usual arguments."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
