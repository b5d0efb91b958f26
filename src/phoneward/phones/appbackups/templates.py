"""Names and paths with placeholders, as the data files write them, and the bounded patterns they become.

A template is matched as a whole. What is not a placeholder stands for itself. Every placeholder has a bound, and only
`**` reaches over folders, so no name, however it was made, takes more than a moment.

| written | stands for |
|---|---|
| `{Y}` `{M}` `{D}` `{h}` `{m}` `{s}` | year (four digits), month, day, hour, minute, second (two digits each) |
| `{n}` | a number of up to 20 digits |
| `{hex}` | 8 to 64 hexadecimal digits or hyphens |
| `{package}` | whose backup it is, as a package name |
| `{account}` | whose it is on a computer, as the folder shows it |
| `*` | anything within one name, also nothing |
| `**/` | any folders, also none |
"""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

MAX_NAME: Final = 255
"""Bytes of one name."""
MAX_PACKAGE: Final = 223

_PLACES: Final = {
    "{Y}": b"(?P<Y>[0-9]{4})",
    "{M}": b"(?P<M>[0-9]{2})",
    "{D}": b"(?P<D>[0-9]{2})",
    "{h}": b"(?P<h>[0-9]{2})",
    "{m}": b"(?P<m>[0-9]{2})",
    "{s}": b"(?P<s>[0-9]{2})",
    "{n}": b"[0-9]{1,20}",
    "{hex}": b"[0-9A-Fa-f-]{8,64}",
    "{package}": b"(?P<package>[A-Za-z0-9_.]{1,%d})" % MAX_PACKAGE,
    "{account}": b"(?P<account>[^/]{1,%d})" % MAX_NAME,
    "*": b"[^/]{0,%d}" % MAX_NAME,
    "**/": b"(?:.*/)?",
    "**": b".*",
}
_SPLIT: Final = re.compile(r"(\{[A-Za-z]+\}|\*\*/|\*\*|\*)")


@dataclass(frozen=True, slots=True)
class Named:
    """What a name says of a backup.

    Attributes:
        made: when, where the name tells; the zone is not told, so it is taken as UTC.
        package: of which app; empty where the name does not say.
        account: the folder that shows whose it is; not made readable.
    """

    made: dt.datetime | None = None
    package: str = ""
    account: bytes = b""


@dataclass(frozen=True, slots=True)
class Template:
    """One template, ready to be matched.

    Attributes:
        head, tail: what every name that matches begins and ends with.
    """

    pattern: re.Pattern[bytes]
    head: bytes
    tail: bytes

    @classmethod
    def of(cls, text: str, *, ignore_case: bool = False) -> "Template":
        """Make it.

        Args:
            text: as a data file writes it.
            ignore_case: as file systems of Windows and macOS do.

        Raises:
            ValueError: a placeholder is unknown.
        """
        parts = [part for part in _SPLIT.split(text) if part]
        made = b""
        for part in parts:
            if part.startswith("{") and part not in _PLACES:
                raise ValueError(f"unknown placeholder {part}")
            made += _PLACES.get(part) or re.escape(part.encode())
        flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
        first, last = (parts[0], parts[-1]) if parts else ("", "")
        return cls(
            re.compile(made, flags),
            b"" if first in _PLACES else first.encode(),
            b"" if last in _PLACES else last.encode(),
        )

    def match(self, name: bytes) -> Named | None:
        """Return what a name says, None where it is another's."""
        found = self.pattern.fullmatch(name)
        if found is None:
            return None
        groups = found.groupdict()
        package = groups.get("package") or b""
        return Named(_time(groups), package.decode("ascii"), groups.get("account") or b"")


def _time(groups: dict[str, bytes]) -> dt.datetime | None:
    if "Y" not in groups:
        return None
    parts = [int(groups.get(part) or 0) for part in ("Y", "M", "D", "h", "m", "s")]
    try:
        return dt.datetime(*parts, tzinfo=dt.UTC)  # type: ignore[misc,arg-type]  # six numbers, as it takes them
    except ValueError:  # no such day
        return None
