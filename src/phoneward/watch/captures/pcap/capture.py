"""A file of packets as `Capture`: the confined worker that reads it, and tshark beside it, step by step."""

import contextlib
import datetime as dt
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Self

from phoneward.confined import ConfinedWorker, Limits
from phoneward.errors import readable
from phoneward.texts import _
from phoneward.watch.captures.errors import NotACaptureError
from phoneward.watch.captures.exchange import Exchange, Unread
from phoneward.watch.captures.pcap import reading
from phoneward.watch.captures.pcap.steps import Found, Opening, Step, Summary, Turn
from phoneward.watch.captures.pcap.tshark import Running, Tshark, find_tshark

LIMITS = Limits(seconds=120.0, memory_bytes=1 << 30, output_bytes=(256 << 20), open_files=32)
"""Of one step, which reads some megabytes; a body of 64 MiB is put together in it and handed over."""


class PcapCapture:
    """A pcap or pcapng file that is being read; see `open_pcap`."""

    def __init__(self, path: Path, key_logs: Sequence[Path], packages: Mapping[int, str]) -> None:
        self._path = path
        self._key_logs = key_logs
        self._packages = packages
        self._unread = Unread()

    @property
    def unread(self) -> Unread:
        """What could not be read; whole when `exchanges` has ended."""
        return self._unread

    def exchanges(self) -> Iterator[Exchange]:
        """Yield what was sent, in the capture's order. Once.

        Raises:
            NotACaptureError: the file is neither pcap nor pcapng.
            ConfinedError: the file could not be read within the limits.
            OSError: the file cannot be opened.
        """
        for path in (self._path, *self._key_logs):
            path.open("rb").close()
        program = find_tshark()
        usable = program if program is not None and program.is_usable else None
        number = 0
        with _Steps(self._path, self._key_logs, self._packages, usable) as steps:
            for step in steps:
                for found in step.found:
                    yield _exchange(number, found)
                    number += 1
                if step.summary is not None:
                    self._unread = self._what_is_unread(step, steps, program)

    def _what_is_unread(self, step: Step, steps: "_Steps", program: Tshark | None) -> Unread:
        summary = step.summary or Summary()
        problems = [_(text).format(**values) for text, values in summary.problems]
        if summary.unread and not step.has_keys:
            problems.append(
                _(
                    "The capture holds no TLS keys, so what is encrypted stays closed. "
                    "The guide says how to have them saved."
                )
            )
        elif step.has_keys and program is None:
            problems.append(
                _(
                    "There are TLS keys, but the program tshark is not on this computer, so what is encrypted stays "
                    "closed. Install it (Debian, Ubuntu: “sudo apt install tshark”; macOS: “brew install wireshark”; "
                    "Windows: Wireshark from wireshark.org, with TShark) and run this again."
                )
            )
        elif step.has_keys and program is not None and not program.is_usable:
            version = ".".join(map(str, program.version))
            problems.append(
                _("tshark {version} is too old to be used. Install version 4.0 or newer and run this again.").format(
                    version=version
                )
            )
        if steps.complaint:
            problems.append(steps.complaint)
        return Unread(dict(summary.unread), tuple(problems), is_damaged=summary.is_damaged)


class _Steps:
    """The worker and tshark, one step after the other."""

    def __init__(
        self, path: Path, key_logs: Sequence[Path], packages: Mapping[int, str], program: Tshark | None
    ) -> None:
        self._opening = Opening(
            os.fsencode(path.absolute()),
            [os.fsencode(one.absolute()) for one in key_logs],
            dict(packages),
            program is not None,
        )
        self._path = path
        self._program = program
        self._cleanup = contextlib.ExitStack()
        self.complaint = ""

    def __enter__(self) -> Self:
        self._worker = self._cleanup.enter_context(ConfinedWorker(reading.step, limits=LIMITS))
        return self

    def __exit__(self, *exc: object) -> None:
        self._cleanup.close()

    def __iter__(self) -> Iterator[Step]:
        running: Running | None = None
        turn, answers = Turn(), b""
        while True:
            step = self._worker(self._opening, turn)
            if step.not_a_capture:
                raise NotACaptureError(file=readable(str(self._path)), problem=_(step.not_a_capture))
            yield step
            if step.summary is not None:
                return
            if step.packets and running is None and not self.complaint and self._program is not None:
                running = self._start(self._program)
            if running is not None:
                answers += running.exchange(step.packets)
            if step.has_more:
                turn = Turn(is_last=turn.is_last)
            elif running is None:
                turn = Turn(is_last=step.is_read)
            else:
                if step.is_read:
                    running.finish()
                    answers = answers or running.rest()
                turn, answers = Turn(answers, is_last=step.is_read and running.has_ended), b""
                if turn.is_last:
                    self._look_at_end(running)

    def _start(self, program: Tshark) -> Running | None:
        try:
            return self._cleanup.enter_context(Running(program))
        except OSError as error:
            self.complaint = _("tshark could not be started ({problem}).").format(problem=error.strerror)
            return None

    def _look_at_end(self, running: Running) -> None:
        if running.is_stuck:
            self.complaint = _("tshark stopped answering and was ended; what it had not read counts as not read.")
        elif running.exit_code:
            self.complaint = _("tshark ended too early; what it had not read counts as not read.")


def _exchange(number: int, found: Found) -> Exchange:
    return Exchange(
        number=number,
        time=_time(found.time_ns),
        app=found.app,
        host=found.host,
        url=found.url,
        method=found.method,
        protocol=found.protocol,
        headers=tuple(found.headers),
        body=found.body,
        is_cut=found.is_cut,
    )


def _time(nanoseconds: int | None) -> dt.datetime | None:
    if nanoseconds is None:
        return None
    try:
        return dt.datetime.fromtimestamp(nanoseconds // 1000 / 1e6, dt.UTC)
    except (OverflowError, ValueError, OSError):
        return None
