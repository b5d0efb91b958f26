"""The table of what stands in the bar of every page, and which page a room leads to. A later room adds a line."""

from dataclasses import dataclass
from typing import Final

from phoneward.texts import N_


@dataclass(frozen=True, slots=True)
class Entry:
    """One link of the bar.

    Attributes:
        also: other addresses that belong to it.
    """

    href: str
    label: str
    also: tuple[str, ...] = ()


BAR: Final = (
    Entry("/", N_("Overview")),
    Entry("/phones", N_("Phones"), ("/move",)),
    Entry(
        "/snapshots",
        N_("Snapshots"),
        ("/search", "/versions", "/differences", "/coverage", "/app-backups", "/restore"),
    ),
    Entry("/updates", N_("Updates")),
    Entry("/numbers", N_("Numbers")),
    Entry("/watch", N_("Pictures")),
    Entry("/rescue", N_("Rescue")),
    Entry("/cases", N_("Proof")),
    Entry("/vault", N_("Vault"), ("/schedules",)),
    Entry("/checkup", N_("Checkup")),
    Entry("/settings", N_("Settings")),
)

ROOM_PAGES: Final[dict[str, str]] = {
    "snapshots": "/coverage",
    "updates": "/updates",
    "numbers": "/numbers",
    "watch": "/watch",
    "rescue": "/rescue",
    "cases": "/cases",
}
"""Room → its page. A room that has none yet leads to its part of the checkup."""


def room_page(room: str) -> str:
    """Return where a room's card leads."""
    return ROOM_PAGES.get(room, f"/checkup#{room}")


def is_here(entry: Entry, path: str) -> bool:
    """Tell whether a page belongs to an entry of the bar."""
    roots = (entry.href, *entry.also)
    return path in roots or any(root != "/" and path.startswith(f"{root}/") for root in roots)
