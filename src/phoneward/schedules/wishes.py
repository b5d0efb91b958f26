"""What a person asks for when they set a schedule."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from phoneward.schedules.rhythm import DAILY
from phoneward.schedules.settings_file import ReadData, Target
from phoneward.vaultplace import VaultPlace

AT: Final = "20:00"
"""When phones are at home, and computers are on."""


@dataclass(frozen=True, slots=True)
class Wished:
    """What a person asks for.

    Attributes:
        vault: where it lies.
        at: HH:MM.
        names: of phones, as the vault knows them; none for all that are in use.
        folders: instead of phones.
        targets: instead of both, what was chosen already.
        copy_to: where the second vault lies.
        access_file: says who may enter a remote place.
        password_file, second_password_file: named on the command line.
        language: that outcomes are told in.
    """

    vault: VaultPlace
    every_days: int = DAILY
    at: str = AT
    names: Sequence[str] = ()
    folders: Sequence[Path] = ()
    on_plug_in: bool = False
    plug_in_hours: int = 12
    copy_to: VaultPlace | None = None
    access_file: str | None = None
    read_data: ReadData = "weekly"
    password_file: str | None = None
    second_password_file: str | None = None
    language: str = ""
    targets: tuple[Target, ...] | None = None
