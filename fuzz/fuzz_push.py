"""Fuzz target: what a phone says while files and apps are put back onto it.

The first byte chooses the parser. Answers are laid out as in AOSP file_sync_protocol.h and shell_protocol.h; the words
of `pm` as in PackageManagerShellCommand.java.
"""

import socket
import sys
from collections.abc import Callable, Iterable

import atheris

with atheris.instrument_imports(include=["phoneward.phones"]):
    from phoneward.phones.adb import install, push_steps, sessions, shell, sync
    from phoneward.phones.adb.push import Push, Shipment, send_by_shell
    from phoneward.phones.adb.wire import Channel

from phoneward.errors import PhonewardError
from phoneward.phones.writing import ApkFile


class Phone:
    """Says the fuzzed bytes on every connection and hangs up."""

    lstat_word = sync.LSTAT_V2

    def __init__(self, says: bytes) -> None:
        self._says = says
        self.shell = shell.Shell(self, protocol=True)

    def open_service(self, service: bytes) -> Channel:
        del service
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.send(self._says[:32768])
        return Channel(ours, 1.0)

    def open_sync(self) -> Channel:
        return self.open_service(b"sync:")


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def _shipments() -> list[Shipment]:
    return [Shipment(b"/%d" % number, 1, lambda: iter([b"content"])) for number in range(3)]


def send_files(data: bytes) -> None:
    """A file counts as sent only where the phone said OKAY: as often as it could have."""
    shipments = _shipments()
    Push(Phone(data)).send(shipments)
    good = sum(shipment.failure is None for shipment in shipments)
    _demand(good == 0 or b"OKAY" in data, "sent without an answer")


def send_long(data: bytes) -> None:
    """A path for the shell: sent only where it ended with 0."""
    shipment = _shipments()[0]
    send_by_shell(Phone(data).shell, shipment)
    _demand(shipment.failure is not None or b"\x03\x01\x00\x00\x00\x00" in data, "sent without an end")


def parse_codes(data: bytes) -> None:
    """As many numbers as were asked for, or an error."""
    _demand(len(push_steps.parse_codes(data, 3)) == 3, "another number of answers")


def parse_words(data: bytes) -> None:
    """Room and refusals: anything may be said."""
    free = push_steps.parse_free(data)
    _demand(free is None or free >= 0, "less than no room")
    _demand(len(sessions.parse_failure(data)) <= 80, "a status without an end")


def install_app(data: bytes) -> None:
    """Never installed, whatever one and the same answer says: it cannot be both absent and there."""
    install.install(Phone(data).shell, "org.example", [ApkFile("base.apk", 1, lambda: iter([b"x"]))])
    _demand(False, "installed by a phone that always says the same")  # noqa: FBT003 - the condition itself


TARGETS: Iterable[Callable[[bytes], None]] = (send_files, send_long, parse_codes, parse_words, install_app)


def one_input(data: bytes) -> None:
    """Give the bytes to one parser; an error of our family is the expected answer to nonsense."""
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
