"""The table of what stands in the bar of every page, and which page a room leads to. A later room adds a line."""

from dataclasses import dataclass
from typing import Final

from phoneward.texts import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the bar."""

    href: str
    label: str


BAR: Final = (
    Entry("/", N_("Overview")),
    Entry("/phones", N_("Phones")),
    Entry("/snapshots", N_("Snapshots")),
    Entry("/vault", N_("Vault")),
    Entry("/checkup", N_("Checkup")),
    Entry("/settings", N_("Settings")),
)

ROOM_PAGES: Final[dict[str, str]] = {"snapshots": "/coverage"}
"""Room → its page. A room that has none yet leads to its part of the checkup."""


def room_page(room: str) -> str:
    """Return where a room's card leads."""
    return ROOM_PAGES.get(room, f"/checkup#{room}")


def is_here(entry: Entry, path: str) -> bool:
    """Tell whether a page belongs to an entry of the bar."""
    return path == entry.href or (entry.href != "/" and path.startswith(f"{entry.href}/"))
