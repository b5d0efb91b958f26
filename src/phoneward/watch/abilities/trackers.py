"""Trackers by a list that the person has: εxodus's, as its public service gives it out.

https://reports.exodus-privacy.eu.org/api/trackers: `{"trackers": {id: {"name", "code_signature", …}}}`. Its data are
under the Open Database License 1.0; none of them are part of Phoneward. A signature is beginnings of class names with
`|` between them; one that is more of a regular expression is not used.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from phoneward.texts import N_
from phoneward.watch.abilities.facts import Tracker
from phoneward.watch.errors import WatchError

MAX_LIST: Final = 16 << 20
MAX_TRACKERS: Final = 5_000
_PREFIX: Final = re.compile(r"[A-Za-z_$][\w$]*(\.[\w$]+)*\.?")


class TrackerListError(WatchError):
    """The list cannot be used."""

    message = N_("{file} is not a list of trackers that can be read.")
    next_step = N_("Download it from https://reports.exodus-privacy.eu.org/api/trackers and name that file.")


class _Stored(msgspec.Struct, frozen=True):
    name: str = ""
    code_signature: str = ""


class _List(msgspec.Struct, frozen=True):
    trackers: dict[str, _Stored] | list[_Stored] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrackerList:
    """A list of trackers.

    Attributes:
        prefixes: names of trackers by the beginning of their classes' names.
        unusable: signatures that are none.
    """

    prefixes: Mapping[str, str]
    unusable: int = 0

    def found(self, there: Mapping[str, str]) -> tuple[Tracker, ...]:
        """Return those whose classes are there (`Code.prefixes`)."""
        named = {self.prefixes[one]: example for one, example in there.items() if one in self.prefixes}
        return tuple(Tracker(name, example) for name, example in sorted(named.items()))


def load_trackers(path: Path) -> TrackerList:
    """Read a list.

    Raises:
        TrackerListError: it cannot be read, or is none.
    """
    try:
        if path.stat().st_size > MAX_LIST:
            raise TrackerListError(file=path.name)
        stored = msgspec.json.decode(path.read_bytes(), type=_List).trackers
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise TrackerListError(file=path.name) from error
    entries = list(stored.values()) if isinstance(stored, dict) else stored
    if not entries:
        raise TrackerListError(file=path.name)
    prefixes: dict[str, str] = {}
    unusable = 0
    for one in entries[:MAX_TRACKERS]:
        for part in filter(None, one.code_signature.replace("\\.", ".").split("|")):
            if _PREFIX.fullmatch(part) and "." in part.rstrip("."):
                prefixes.setdefault(part, one.name)
            else:
                unusable += 1
    return TrackerList(prefixes, unusable)
