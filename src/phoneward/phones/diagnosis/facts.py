"""What a phone that is ready says of itself: maker, model, Android's version. One question, answered or not."""

import re
from dataclasses import dataclass

from phoneward.errors import PhonewardError, readable
from phoneward.phones.adb.server import AdbServer, RefusedError
from phoneward.phones.adb.shell import Shell
from phoneward.phones.adb.wire import Channel

_QUESTION = b"getprop ro.product.manufacturer; getprop ro.product.model; getprop ro.build.version.release"
_MAX_ANSWER = 4096
_MAX_TEXT = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """A phone's own words, readable; may be empty."""

    maker: str = ""
    model: str = ""
    release: str = ""

    @property
    def android(self) -> int | None:
        """Android's version as a number: 14 of "14", 8 of "8.1.0"."""
        match = re.match(r"(\d{1,2})(\.|$)", self.release)
        return int(match[1]) if match else None


class _Services:
    def __init__(self, server: AdbServer, serial: str) -> None:
        self._server, self._serial = server, serial

    def open_service(self, service: bytes) -> Channel:
        return self._server.service(self._serial, service)


def ask_facts(server: AdbServer, serial: str) -> Facts:
    """Ask a phone that is ready; one that does not answer, or lies, has told nothing."""
    try:
        # The plain shell: every Android has it, and no question about features comes before.
        answer = Shell(_Services(server, serial), protocol=False).run(_QUESTION, limit=_MAX_ANSWER).stdout
    except (PhonewardError, RefusedError):
        return Facts()
    return parse_facts(answer)


def parse_facts(answer: bytes) -> Facts:
    """Return the three lines of the answer; too few lines are no answer."""
    lines = [readable(line[:_MAX_TEXT]).strip() for line in answer.split(b"\n")[:3]]
    return Facts(*lines) if len(lines) == 3 else Facts()
