"""Waits for phones to be plugged in, and backs them up. Nobody is asked anything.

A phone counts as plugged in when the adb server sees it as usable: it is attached, trusts this computer, and answers.
One whose storage is still locked after a restart, or while another run is under way, is tried again while it is there.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from phoneward import phones
from phoneward.errors import PhonewardError
from phoneward.progress import Listener, Notice, silent
from phoneward.schedules.errors import ScheduleRunningError
from phoneward.schedules.log import Run
from phoneward.schedules.running import run
from phoneward.schedules.settings_file import load_schedule

AGAIN_S: Final = 300.0
"""Seconds until a phone is tried again that could not be backed up, and until the adb server is asked anew."""
_USABLE: Final = "device"
_SHORTEST_S, _LONGEST_S = 1.0, 60.0
"""Seconds until the adb server is asked again that could not be reached: doubled each time."""

OnRun = Callable[[Run], None]


def watch(state_dir: Path, on_run: OnRun, *, again_s: float = AGAIN_S, listener: Listener = silent) -> None:
    """Back up phones as they are plugged in, until the schedule does not ask for it any more.

    Args:
        state_dir: the person's state folder, with the schedule.
        on_run: told of each run.
        again_s: see `AGAIN_S`.
        listener: hears the progress of each backup, and a Notice where the adb server cannot be reached.

    Raises:
        NoScheduleError: nothing was set.
    """
    _Watch(state_dir, on_run, again_s, listener).go_on()


@dataclass(slots=True)
class _Watch:
    state_dir: Path
    on_run: OnRun
    again_s: float
    listener: Listener
    known: dict[str, str] = field(default_factory=dict)  # serial → id; "" while nobody could tell
    waiting: dict[str, float] = field(default_factory=dict)  # serial → when it is tried next

    def go_on(self) -> None:
        pause = _SHORTEST_S
        while load_schedule(self.state_dir).on_plug_in:
            try:
                for usable in self._changes():
                    pause = _SHORTEST_S
                    self._look(usable)
            except phones.PhoneSilentError:  # nothing changed: a good time to try again
                continue
            except PhonewardError as error:
                self.known.clear()  # nobody saw who came and went meanwhile
                self.waiting.clear()
                self.listener(Notice(None, error.sentence()))
                time.sleep(pause)
                pause = min(2 * pause, _LONGEST_S)

    def _changes(self) -> Iterator[list[str]]:
        for listed in phones.track_phones(self.again_s):
            yield [device.serial for device in listed if device.state == _USABLE]
            if not load_schedule(self.state_dir).on_plug_in:
                return

    def _look(self, usable: list[str]) -> None:
        for serial in set(self.known) - set(usable):
            self.known.pop(serial)
            self.waiting.pop(serial, None)
        now = time.monotonic()
        for serial in usable:
            if serial not in self.known:  # plugged in just now
                self.known[serial] = ""
                self.waiting[serial] = now
            if self.waiting.get(serial, float("inf")) <= now:
                self._try(serial)

    def _try(self, serial: str) -> None:
        """Back one up if it is one of ours. What is only not ready yet is tried again."""
        self.waiting[serial] = time.monotonic() + self.again_s
        with suppress(ScheduleRunningError, phones.PhoneError):
            if not self.known[serial]:
                with phones.open_adb(serial) as phone:
                    self.known[serial] = phone.identity.id
            done = run(self.state_dir, by="plug-in", plugged_in=self.known[serial], listener=self.listener)
            if done is not None:
                self.on_run(done)
            if done is None or all(result.kind != "waiting" for result in done.results):
                self.waiting.pop(serial)
