"""What the foot of each page says of what leaves this computer: it must be true wherever the vault lies."""

import contextlib
from typing import TYPE_CHECKING

from phoneward import schedules
from phoneward.errors import PhonewardError
from phoneward.texts import _, ngettext
from phoneward.vaultplace import RemotePlace, VaultPlace, parse_place

if TYPE_CHECKING:
    from phoneward.web.context import WebContext


def outside_sentence(context: "WebContext") -> str:
    """Return what goes out, in the reader's language. No server is named: strangers see it, too.

    Copies and time stamps that a person begins by hand go where that person says in that moment, so "by itself".
    """
    count = len(_servers(context))
    if not count:
        return _("This page is on your own computer. Nothing here goes out by itself.")
    return ngettext(
        "This page is on your own computer. What goes to your vault is encrypted before it leaves, and goes "
        "only to the server that you named. Nothing else goes out by itself.",
        "This page is on your own computer. What goes to your vaults is encrypted before it leaves, and goes "
        "only to the {count} servers that you named. Nothing else goes out by itself.",
        count,
    ).format(count=count)


def _servers(context: "WebContext") -> set[VaultPlace]:
    """Return the places elsewhere that are written to: the vault's, and that of copies that happen by themselves."""
    places: set[VaultPlace] = set()
    with contextlib.suppress(PhonewardError):  # none is named, or it cannot be understood: nothing goes there
        places.add(context.door.place())
    with contextlib.suppress(PhonewardError):
        places.add(parse_place(schedules.load_schedule(context.settings.state_dir).copy_to))
    return {place for place in places if isinstance(place, RemotePlace)}
