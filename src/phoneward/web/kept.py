"""What a person decided and the vault keeps, as /settings shows it. Whoever knows the password can write any of it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from phoneward.errors import readable
from phoneward.setup import PRINTED
from phoneward.snapshots import OwnerState, looked_after
from phoneward.texts import _, formats

SHOWN: Final = 100
"""Of each kind: a state may hold 20,000."""
LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided about one finding.

    Attributes:
        id: what a form names it by: a key may hold anything.
        title: readable; its name for programs where the last checkup did not find it.
    """

    id: str
    title: str
    is_done: bool
    note: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What a vault's state holds.

    Attributes:
        names: the person's own of phones.
        settings: name and value.
        more: how many of these are not shown.
    """

    names: tuple[str, ...]
    decided: tuple[Decided, ...]
    settings: tuple[tuple[str, str], ...]
    more: int

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.names or self.decided or self.settings)


def kept(state: OwnerState, titles: Mapping[str, str]) -> Kept:
    """Return what a state holds.

    Args:
        state: of the open vault.
        titles: of findings that are known now, by their keys.
    """
    names = sorted(state.phone_names().values())
    keys = state.decided()
    settings = _settings(state)
    decided = [
        Decided(decided_id(key), _title(key, titles), state.is_done(key), state.note(key) or "") for key in keys[:SHOWN]
    ]  # fmt: skip
    more = sum(max(0, len(some) - SHOWN) for some in (names, keys, settings))
    return Kept(tuple(names[:SHOWN]), tuple(decided), tuple(settings[:SHOWN]), more)


def decided_id(key: str) -> str:
    """Return what stands for a finding's key in a form."""
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()[:32]


def _title(key: str, titles: Mapping[str, str]) -> str:
    if key == PRINTED:
        return _("The recovery kit is printed, and the password is written down.")
    return titles.get(key) or readable(key)


def _settings(state: OwnerState) -> list[tuple[str, str]]:
    noted = looked_after(state)
    known = {
        "last-check": (_("Checked, nothing damaged"), noted.check),
        "last-read-data": (_("Every byte read back, nothing damaged"), noted.read_data),
        "last-restore-test": (_("A restore was tried and compared"), noted.restore_test),
    }
    rows = []
    for name, value in state.settings().items():
        label, when = known.get(name, ("", None))
        rows.append((label, formats.moment(when)) if when else (readable(name), readable(str(value))[:LONGEST]))
    return rows
