"""What a schedule needs when its time comes, written down in the state folder for its owner's eyes only.

A timer's environment is empty: where the vault is, which adb, which language and where the password can be had are
written here. The password itself never is.
"""

import datetime as dt
import os
import secrets
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

import msgspec

from phoneward.errors import readable
from phoneward.schedules.errors import NoScheduleError, ScheduleNotesError
from phoneward.schedules.rhythm import LONGEST, WEEKLY, Rhythm
from phoneward.texts import activate

NAME: Final = "schedule.json"
FORMAT: Final = 1
MAX_FILE: Final = 1 << 20

ENVIRONMENT: Final = (
    "PHONEWARD_ADB",
    "PHONEWARD_CACHE_DIR",
    "ADB_SERVER_SOCKET",
    "ADB_VENDOR_KEYS",
    "ANDROID_ADB_SERVER_ADDRESS",
    "ANDROID_ADB_SERVER_PORT",
)
"""Variables that are taken along where they are set. None of them can hold a secret."""

PasswordFrom = Literal["keyring", "file", "command", "same"]
"""Where a password comes from. `same`: the second vault has the first one's."""

ReadData = Literal["weekly", "daily", "monthly", "never"]
READING: Final[tuple[ReadData, ...]] = get_args(ReadData)
PARTS: Final[dict[str, tuple[int, int]]] = {"daily": (1, 28), "weekly": (WEEKLY, 4), "monthly": (28, 1)}
"""How the whole vault is read back in four weeks: every so many days, one of so many parts."""


class Password(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a password can be had: a file's path, a command, or nothing more to be said."""

    source: PasswordFrom
    value: str = ""


class Target(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One phone, by its id in the vault, or a folder in its place.

    Attributes:
        name: what the person calls it; readable.
    """

    device: str = ""
    folder: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """Its name in notes."""
        return self.device or self.folder


class Schedule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All that a person set.

    Attributes:
        vault: its place, without secrets.
        every_days, at, first: the rhythm; `at` as HH:MM.
        set_at: when it was set; nothing is missed before that.
        on_plug_in: back up when a phone is plugged in, too.
        plug_in_hours: not more often than once in so many hours.
        copy_to: the second vault; empty for none.
        access_file: a file with who may enter a remote place; empty for none.
        language: what the outcome is told in; empty for the system's.
        environment: of the variables `ENVIRONMENT`.
    """

    vault: str
    every_days: Annotated[int, msgspec.Meta(ge=1, le=LONGEST)]
    at: Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]\Z")]
    first: dt.date
    set_at: Annotated[dt.datetime, msgspec.Meta(tz=True)]
    targets: tuple[Target, ...]
    password: Password
    on_plug_in: bool = False
    plug_in_hours: Annotated[int, msgspec.Meta(ge=1, le=24 * LONGEST)] = 12
    copy_to: str = ""
    second_password: Password = Password("same")
    access_file: str = ""
    read_data: ReadData = "weekly"
    language: str = ""
    environment: dict[str, str] = {}
    format: Annotated[int, msgspec.Meta(ge=FORMAT, le=FORMAT)] = FORMAT

    @property
    def rhythm(self) -> Rhythm:
        """When backups are due."""
        return Rhythm(self.every_days, self.time_of_day, self.first)

    @property
    def time_of_day(self) -> dt.time:
        """When on a day."""
        return dt.time.fromisoformat(self.at)

    @property
    def reading(self) -> tuple[Rhythm, int] | None:
        """When parts of the vault are read back, and how many parts there are; None for never."""
        if self.read_data == "never":
            return None
        days, parts = PARTS[self.read_data]
        return Rhythm(days, self.time_of_day, self.first), parts

    @property
    def trying(self) -> Rhythm | None:
        """When files are restored as a test: weekly, or with a monthly check monthly."""
        if self.read_data == "never":
            return None
        return Rhythm(max(WEEKLY, PARTS[self.read_data][0]), self.time_of_day, self.first)


def read_data_named(name: str) -> ReadData:
    """Return how often a part is read back, by its name. KeyError where there is none."""
    known: dict[str, ReadData] = {one: one for one in READING}
    return known[name]


def load_schedule(state_dir: Path) -> Schedule:
    """Return what was set.

    Raises:
        NoScheduleError: nothing was, or what is there cannot be read.
    """
    try:
        with (state_dir / NAME).open("rb") as stream:
            data = stream.read(MAX_FILE + 1)
        if len(data) > MAX_FILE:
            raise NoScheduleError
        return msgspec.json.decode(data, type=Schedule)
    except (OSError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise NoScheduleError from error


def save_schedule(state_dir: Path, schedule: Schedule) -> Path:
    """Write it down, in the place of what was set before; return where.

    Raises:
        ScheduleNotesError: it cannot be.
    """
    return write_private(state_dir / NAME, msgspec.json.format(msgspec.json.encode(schedule), indent=1))


def forget_schedule(state_dir: Path) -> None:
    """Remove it; what was done stays noted.

    Raises:
        ScheduleNotesError: it cannot be.
    """
    try:
        (state_dir / NAME).unlink(missing_ok=True)
    except OSError as error:
        raise ScheduleNotesError(path=readable(str(state_dir)), detail=_why(error)) from error


def take_along(schedule: Schedule) -> None:
    """Give this process what a timer's environment lacks: the variables that were set, and the language.

    Once, at the start of a program that a timer began; what is set already stays.
    """
    for name, value in schedule.environment.items():
        if name in ENVIRONMENT:
            os.environ.setdefault(name, value)
    if schedule.language and not os.environ.get("PHONEWARD_LANG"):
        activate([schedule.language])


def write_private(file: Path, data: bytes) -> Path:
    """Write a file of the state folder, whole or not at all, for its owner's eyes only; return it.

    Raises:
        ScheduleNotesError: it cannot be.
    """
    temporary = file.with_name(f".{file.name}-{secrets.token_hex(6)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(data)
            temporary.replace(file)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ScheduleNotesError(path=readable(str(file.parent)), detail=_why(error)) from error
    return file


def _why(error: OSError) -> str:
    return readable(error.strerror or str(error))
