"""One install session: made, filled, and then committed or abandoned, whatever happens in between.

Source: AOSP PackageManagerShellCommand.java, `runInstallCreate` ("Success: created install session [N]"),
`runInstallWrite` ("Success: streamed N bytes"; `-` reads standard input), `runInstallCommit` ("Success", or
"Failure [STATUS: words]"), `runInstallAbandon`. The words of STATUS: PackageManager.java, INSTALL_FAILED_… and
INSTALL_PARSE_FAILED_….
"""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from phoneward.errors import readable
from phoneward.phones.adb.push_steps import patient
from phoneward.phones.adb.shell import Finished, Shell, quote
from phoneward.phones.errors import InstallCutOffError, PhoneError, PhoneGoneError
from phoneward.phones.words import INSTALL_WORDS, NO_SESSION, SIZE_CHANGED
from phoneward.phones.writing import ApkFile
from phoneward.progress import Advanced, Listener, Notice, PhaseDone, PhaseStarted, silent
from phoneward.texts import _

_LIMIT = 1 << 20
_APK_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.apk")
_SESSION = re.compile(rb"Success: created install session \[(\d{1,10})\]")
_FAILURE = re.compile(rb"Failure \[([A-Z_0-9]{1,80})(?:: ([^\n]{0,500}))?\]?")
NO_ROOM = "INSTALL_FAILED_INSUFFICIENT_STORAGE"
_ASKS_SOMEBODY_S = 15.0
"""After this long without an answer to a commit somebody is told to look at the phone: makers let it ask."""


@dataclass(frozen=True, slots=True)
class Refused:
    """What the phone answered instead of `Success`.

    Attributes:
        status: `INSTALL_FAILED_…`; empty where there is none.
        reason: our words for it.
        words: the phone's own, readable.
    """

    status: str
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Session:
    """What is to be installed, and what is to be told of it.

    Attributes:
        shell: of the phone.
        apks: the files; their names are theirs in the session.
        creates: options for `pm install-create`, those tried first first: the next are tried where the phone is too
            old to know one.
        failed: makes the error that is raised of a refusal.
        before_commit: called once everything is written and nothing has changed.
        listener: told of bytes, and where the phone seems to wait for somebody.
    """

    shell: Shell
    apks: Sequence[ApkFile]
    creates: Sequence[bytes]
    failed: Callable[[Refused], PhoneError]
    before_commit: Callable[[], None] = lambda: None
    listener: Listener = silent

    def run(self) -> None:
        """Install it; returns when the phone said that it is done.

        Raises:
            PhoneError: what `failed` made; nothing is left of the attempt.
            InstallCutOffError: the connection was lost.
        """
        if not self.apks or not all(_APK_NAME.fullmatch(apk.name) for apk in self.apks):
            raise self.failed(Refused("", NO_SESSION, ""))
        asked = done = False
        with _cut_off(lambda: asked):
            number = self._create()
            try:
                self._write_all(number)
                self.before_commit()
                asked = True
                self._commit(number)
                done = True
            finally:
                if not done:
                    self._abandon(number)

    def _create(self) -> int:
        size = sum(apk.size for apk in self.apks)
        done = Finished(b"", b"", -1)
        for options in self.creates:
            done = self.shell.run(b"pm install-create %s -S %d 2>&1" % (options, size), limit=_LIMIT)
            made = _SESSION.search(done.stdout)
            if made:
                return int(made[1])
            if b"nknown option" not in done.stdout:
                break
        raise self.failed(refused(done))

    def _write_all(self, number: int) -> None:
        total = sum(apk.size for apk in self.apks)
        self.listener(PhaseStarted("install", len(self.apks), total))
        sent = 0
        for count, apk in enumerate(self.apks):
            for size in self._write(number, apk):
                sent += size
                self.listener(Advanced("install", count, sent))
        self.listener(PhaseDone("install", len(self.apks), sent))

    def _write(self, number: int, apk: ApkFile) -> Iterator[int]:
        """Stream one APK into the session; yields bytes as they go."""
        command = b"pm install-write -S %d %d %s - 2>&1" % (apk.size, number, quote(apk.name.encode("ascii")))
        stream = self.shell.start(patient(command))
        try:
            left = apk.size
            for piece in apk.pieces():
                left -= len(piece)
                if left < 0:
                    break
                stream.send_steadily(piece)
                yield len(piece)
            if left:
                raise self.failed(Refused("", SIZE_CHANGED, readable(apk.name)))
            stream.end_input()
            answer = bytearray()
            for piece in stream.output():
                answer += piece[: _LIMIT - len(answer)]
            done = Finished(bytes(answer), stream.stderr, stream.code if stream.code is not None else -1)
        finally:
            stream.close()
        if done.code != 0 or b"Success" not in done.stdout:
            raise self.failed(refused(done))

    def _commit(self, number: int) -> None:
        look = Notice(None, _("The phone has not answered yet: unlock it, and look whether it asks you something."))
        timer = threading.Timer(_ASKS_SOMEBODY_S, self.listener, [look])
        timer.daemon = True
        timer.start()
        try:
            done = self.shell.run(patient(b"pm install-commit %d 2>&1" % number), limit=_LIMIT)
        finally:
            timer.cancel()
        if not took(done.stdout):
            raise self.failed(refused(done))

    def _abandon(self, number: int) -> None:
        """Have the phone drop what was sent. Where nobody answers it does so by itself."""
        with contextlib.suppress(PhoneGoneError):
            self.shell.run(b"pm install-abandon %d 2>&1" % number, limit=_LIMIT)


@contextlib.contextmanager
def _cut_off(asked: Callable[[], bool]) -> Iterator[None]:
    try:
        yield
    except InstallCutOffError:
        raise
    except PhoneGoneError as error:
        raise InstallCutOffError(detail=error.sentence(), was_asked=asked()) from error


def took(answer: bytes) -> bool:
    """Tell whether the answer to a commit says that it is done.

    `Success`, perhaps behind `Warning [words]`; or warnings and `Completed with warning(s)` (Android 14), which adb
    takes for a failure. Source: `doCommitSession`.
    """
    lines = [line.strip() for line in answer.strip().split(b"\n")]
    warned = all(line.startswith(b"Warning") for line in lines[:-1])
    return warned and lines[-1] in {b"Success", b"Completed with warning(s)"}


def refused(done: Finished) -> Refused:
    """Put the phone's answer into words: ours for what is common, and its own beside them."""
    status = parse_failure(done.stdout)
    return Refused(status, INSTALL_WORDS.get(status, NO_SESSION), _words(done))


def parse_failure(answer: bytes) -> str:
    """Return the status of `Failure [STATUS: words]`, empty where there is none.

    A full phone refuses already to make a session, and names no status then (PackageHelper.resolveInstallVolume).
    """
    found = _FAILURE.search(answer)
    if found is None and re.search(rb"not enough space|No space left|ENOSPC", answer):
        return NO_ROOM
    return found[1].decode("ascii") if found else ""


def _words(done: Finished) -> str:
    lines = (done.stdout or done.stderr).strip().split(b"\n")
    told = next((line for line in lines if line.startswith((b"Failure", b"Error", b"java."))), lines[0])
    return readable(told[:300].strip())
