"""Copies of a vault on other disks: where they lie and how old they are, noted beside what a person decided."""

import datetime as dt
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.snapshots.looked_after import CHECK, ERRORS, READ_DATA, RESTORE_TEST
from phoneward.snapshots.state import DONE, MAX_SETTING, SETTING, Change, OwnerState, set_setting
from phoneward.vault import FileType
from phoneward.vaultplace import VaultPlace, parse_place

PLACE: Final = "second-vault/"
COPIED: Final = "second-copy/"
COPY_OF: Final = "copy-of"
"""Settings: the folder of a second vault and when all was last copied there, by its ID; in a second vault, whose copy
it is."""
_ID_DIGITS: Final = 16

_OF_ONE_VAULT: Final = frozenset({CHECK, READ_DATA, RESTORE_TEST, ERRORS, COPY_OF})
_MARKS_OF_ONE_VAULT: Final = "setup."
"""Marks that set-up makes, such as that the recovery kit of this vault is printed."""


@dataclass(frozen=True, slots=True)
class SecondVault:
    """A copy of the vault, as it is noted.

    Attributes:
        id: the first digits of its ID.
        place: its folder on the computer that copied there, or its address.
        copied: when all snapshots were last there; None where that never was.
    """

    id: str
    place: str
    copied: dt.datetime | None = None

    @property
    def is_attached(self) -> bool:
        """Whether there is a vault at its place now. Which one, only its password tells."""
        place = parse_place(self.place)
        if not isinstance(place, Path):
            return True  # whether the network is there, trying tells
        try:
            return (place / FileType.CONFIG.value).is_file()
        except (OSError, ValueError):
            return False

    @property
    def shown(self) -> str:
        """Its place, readable."""
        return readable(self.place)


def second_vaults(state: OwnerState) -> list[SecondVault]:
    """Return the copies that are noted, the one that was brought up to date last first."""
    settings = state.settings()
    found = []
    for name, place in settings.items():
        if name.startswith(PLACE) and isinstance(place, str) and place:
            vault = name.removeprefix(PLACE)
            found.append(SecondVault(vault, place, _time(settings.get(COPIED + vault))))
    never = dt.datetime.min.replace(tzinfo=dt.UTC)
    return sorted(found, key=lambda one: (one.copied or never, one.id), reverse=True)


def _time(value: object) -> dt.datetime | None:
    try:
        when = dt.datetime.fromisoformat(value) if isinstance(value, str) else None
        return when.astimezone(dt.UTC) if when is not None and when.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def is_copy(state: OwnerState) -> bool:
    """Tell whether a vault is noted as the copy of another."""
    return bool(state.setting(COPY_OF))


def note_second(vault_id: str, place: VaultPlace, when: dt.datetime | None) -> list[Change]:
    """Return the changes that note a copy.

    Args:
        vault_id: the second vault's ID.
        place: its folder, absolute, or its address. One whose name is too long to be noted is not.
        when: the copying began, aware; None where not all was copied: the time noted before stays.
    """
    name, folder = vault_id[:_ID_DIGITS], str(place)
    changes = [set_setting(PLACE + name, folder)] if len(folder) <= MAX_SETTING else []
    if when is not None:
        changes.append(set_setting(COPIED + name, when.astimezone(dt.UTC).isoformat(timespec="seconds")))
    return changes


def note_copy_of(vault_id: str) -> Change:
    """Return the change that notes, in a second vault, which one it is a copy of."""
    return set_setting(COPY_OF, vault_id[:_ID_DIGITS])


def forget_second(second: SecondVault) -> list[Change]:
    """Return the changes that forget a copy. Nothing in it is touched."""
    return [set_setting(PLACE + second.id, None), set_setting(COPIED + second.id, None)]


def portable(state: OwnerState) -> OwnerState:
    """Return of what a person decided what counts in a copy of the vault too.

    When *this* vault was checked, where its copies lie and that its recovery kit is printed says nothing of another.
    """
    return replace(state, entries={key: entry for key, entry in state.entries.items() if not _is_of_one_vault(*key)})


def _is_of_one_vault(kind: str, subject: str) -> bool:
    if kind == SETTING:
        return subject in _OF_ONE_VAULT or subject.startswith((PLACE, COPIED))
    return kind == DONE and subject.startswith(_MARKS_OF_ONE_VAULT)
