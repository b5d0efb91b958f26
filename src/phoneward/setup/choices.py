"""The places that a person is offered for the vault: every external disk with room, then this computer."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from phoneward.setup.disks import Disk, external_disks
from phoneward.setup.places import Suggestion, suggest
from phoneward.texts import words

MAX_OFFERED = 6


def places_to_choose(
    needed: int | None = None, *, disks: Sequence[Disk] | None = None, home: Path | None = None
) -> list[Suggestion]:
    """Return where the vault could lie, the best place first; never empty.

    Args:
        needed: bytes that the phone holds; None while nobody knows.
        disks: the external ones; None looks.
        home: None asks the system.
    """
    known = external_disks() if disks is None else disks
    roomy = sorted(known, key=lambda disk: disk.free or 0, reverse=True)
    offered = [suggest(needed, disks=[disk], home=home) for disk in roomy]
    external = [one for one in offered if one.is_external][: MAX_OFFERED - 1]
    here = suggest(needed, disks=[], home=home)
    if external:
        here = replace(here, why=(words("This is a folder on this computer. It is lost with the computer."),))
    return [*external, here]
