"""The custody log: who did what to a case, when and with what; each line holds the hash of the one before.

It lies in the case as `data/custody.jsonl`, one JSON object a line, UTF-8. The hash is of the whole line with its
line end, so that anybody can check it: `sed -n 3p data/custody.jsonl | sha256sum` is `previous` in line 4. Lines are
only ever appended, so that a later seal covers what an earlier one covered, and more.
"""

import datetime as dt
import enum
import getpass
import hashlib
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

import phoneward
from phoneward.cases.facts import Device
from phoneward.errors import readable
from phoneward.texts import N_

LOG: Final = "data/custody.jsonl"
START: Final = "0" * 64
"""`previous` of the first line."""
MAX_LINE: Final = 1 << 20
"""Bytes of a line."""
MAX_TEXT: Final = 10_000
"""Characters of a note, or a command."""
MAX_WHO: Final = 200
"""Characters of a name."""


class Action(enum.StrEnum):
    """What was done."""

    NEW = "new"
    ADD = "add"
    REDACT = "redact"
    NOTE = "note"
    FACTS = "facts"
    SEAL = "seal"


ACTION_WORDS: Final[Mapping[Action, str]] = {
    Action.NEW: N_("case made"),
    Action.ADD: N_("added"),
    Action.REDACT: N_("redacted copy added"),
    Action.NOTE: N_("note"),
    Action.FACTS: N_("facts written"),
    Action.SEAL: N_("sealed"),
}
"""Each as a person would say it, marked with `N_`."""


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """The program that did it, and where it ran.

    Attributes:
        name, version: of the program.
        system: of the computer: name, version, machine.
        python: version.
    """

    name: str
    version: str
    system: str
    python: str


class Source(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a file comes from.

    Attributes:
        kind: `file` (of this computer), `snapshot`, `phone`, `program` (made by one).
        path: as it was named there, readable.
        snapshot: full ID.
        phone: serial of the phone it comes from.
        size: in bytes, as its source says.
        modified_ns: nanoseconds since 1970, as its source says.
        detail: what else there is to say, one sentence.
    """

    kind: str
    path: str = ""
    snapshot: str = ""
    phone: str = ""
    size: int | None = None
    modified_ns: int | None = None
    detail: str = ""


class Phone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The phone that a case is about: what it says of itself, as far as it is known."""

    maker: str = ""
    model: str = ""
    build: str = ""
    android: str = ""
    serial: str = ""


class Filed(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the case: its path in the bag, its SHA-256 (hexadecimal) and its size in bytes."""

    path: str
    sha256: str
    size: int


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of the log.

    Attributes:
        seq: 1 for the first.
        time: with its offset, ISO 8601, by this computer's clock.
        who: as they call themselves.
        user: name of the user on the computer.
        tool, command: what did it.
        action: what was done.
        note: in words.
        source: where the files come from; None where they do not come from anywhere.
        phone: the one that the case is about, as far as it is known by then.
        files: what was put into the case, or replaced.
        of: paths in the bag that a readable rendering was made from.
        seal: number of the seal that this line announces.
        authority: address of the time stamp authority that was asked for that seal.
        open_stamped: OpenTimestamps were asked for that seal.
        previous: SHA-256 of the line before, with its line end; hexadecimal.
    """

    seq: int
    time: str
    who: str
    user: str = ""
    tool: Tool
    command: str = ""
    action: Action
    note: str = ""
    source: Source | None = None
    phone: Phone | None = None
    files: tuple[Filed, ...] = ()
    of: tuple[str, ...] = ()
    seal: int = 0
    authority: str = ""
    open_stamped: bool = False
    previous: str


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand it is: who works on a case, by which command."""

    who: str = ""
    command: str = ""

    def named(self, before: "Line | None") -> str:
        """Return who it is: as they say now, or as the same user said in the line before, else the user's name."""
        user = user_name()
        if not self.who and before is not None and before.user == user:
            return before.who
        return self.who or user


def user_name() -> str:
    """Return the name of the user on this computer."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # no such user in the system's list
        return "unknown"


def this_tool() -> Tool:
    """Return this program on this computer."""
    system = " ".join(filter(None, (platform.system(), platform.release(), platform.machine())))
    return Tool(name="phoneward", version=phoneward.__version__, system=system, python=platform.python_version())


def now() -> str:
    """Return this moment as the log writes it: in seconds, with the offset of this computer's zone."""
    return dt.datetime.now(dt.UTC).astimezone().isoformat(timespec="seconds")


def draft(
    action: Action,
    *,
    note: str = "",
    source: Source | None = None,
    files: tuple[Filed, ...] = (),
    of: tuple[str, ...] = (),
    seal: int = 0,
    authority: str = "",
    open_stamped: bool = False,
) -> Line:
    """Return a line that has no place in a log yet: see `placed`."""
    return Line(
        seq=0,
        time=now(),
        who="",
        tool=this_tool(),
        action=action,
        note=note,
        source=source,
        files=files,
        of=of,
        seal=seal,
        authority=authority,
        open_stamped=open_stamped,
        previous="",
    )


def placed(line: Line, before: Line | None, previous: str, hand: Hand, device: Device) -> Line:
    """Return a draft as it will stand in the log.

    Args:
        line: the draft.
        before: the line before; None where it is the first.
        previous: hash of it, as it stands in the log.
        hand: whose it is.
        device: the phone, as the facts of the case say.
    """
    phone = msgspec.convert(msgspec.to_builtins(device), Phone)
    return msgspec.structs.replace(
        line,
        seq=before.seq + 1 if before is not None else 1,
        previous=previous,
        who=hand.named(before)[:MAX_WHO],
        user=readable(user_name())[:MAX_WHO],
        command=hand.command[:MAX_TEXT],
        phone=None if phone == Phone() else phone,
    )


def encode_line(line: Line) -> bytes:
    """Return a line as it stands in the log, with its line end. There is only one way to write it."""
    return msgspec.json.encode(line) + b"\n"


def decode_line(data: bytes) -> Line:
    """Return a line of the log, given with its line end.

    Raises:
        ValueError: it is none, or not written as `encode_line` writes it.
    """
    if len(data) > MAX_LINE:
        raise ValueError("too long")
    try:
        line = msgspec.json.decode(data, type=Line)
        written = msgspec.json.encode(msgspec.json.decode(data)) + b"\n"  # with what a later version may have added
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise ValueError(readable(str(error))[:200]) from error
    if written != data:
        raise ValueError("not written as Phoneward writes it")
    return line


def hash_line(data: bytes) -> str:
    """Return the hash of a line, given with its line end."""
    return hashlib.sha256(data).hexdigest()
