"""What pages show of a message: its parts as plain texts, ready for a template that escapes everything."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from phoneward.errors import readable
from phoneward.rescue.archive.filekinds import Shown
from phoneward.rescue.archive.keeping import Kept
from phoneward.rescue.archive.message import Notice
from phoneward.rescue.archive.spool import Stored
from phoneward.texts import N_, _, formats, labelled

NOTICE_WORDS: Final = {
    Notice.GROUP_MADE: N_("The group was made"),
    Notice.NAME_CHANGED: N_("The group's name was changed"),
    Notice.PICTURE_CHANGED: N_("The group's picture was changed"),
    Notice.DESCRIPTION_CHANGED: N_("The group's description was changed"),
    Notice.ADDED: N_("Added to the group"),
    Notice.JOINED: N_("Joined the group"),
    Notice.LEFT: N_("Left the group"),
    Notice.REMOVED: N_("Removed from the group"),
    Notice.NUMBER_CHANGED: N_("The phone number changed"),
    Notice.CALL: N_("A call"),
    Notice.MISSED_CALL: N_("A missed call"),
    Notice.PINNED: N_("A message was pinned"),
    Notice.TIMER: N_("When messages disappear was changed"),
    Notice.SAFETY_NUMBER: N_("About the encryption of this conversation"),
    Notice.BLOCKED: N_("Blocked, or no longer blocked"),
    Notice.OTHER: N_("Something of a kind that is not known here"),
}
_MOST_QUOTED: Final = 300


@dataclass(frozen=True, slots=True)
class ShownFile:
    """An attached file: its name for people, where it lies from the page (empty: missing), how large it is."""

    name: str
    address: str
    size: str
    shown: Shown
    is_sticker: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMessage:
    """A message on a page; every text is escaped by the template."""

    anchor: str
    sender: str
    is_mine: bool
    moment: str
    """Hour and minute; empty where unknown."""
    text: str
    notice: str
    files: tuple[ShownFile, ...]
    quote_sender: str
    quote_text: str
    place: str
    reactions: tuple[str, ...]
    marks: tuple[str, ...]


def shown_message(message: Stored, anchor: str, up: str, answered: Callable[[str], Stored | None]) -> ShownMessage:
    """Return what a page shows of a message.

    Args:
        message: the message.
        anchor: what it is called on its page.
        up: the way from the page to the archive's top, such as "../".
        answered: finds the message that this one answers, by id.
    """
    me, marks = _("Me"), []
    if message.is_deleted:
        marks.append(_("deleted by the sender"))
    if message.is_edited:
        marks.append(_("changed later"))
    if message.forwarded_from:
        whose = message.forwarded_from
        marks.append(_("forwarded") if whose == "?" else labelled(_("forwarded from"), readable(whose)))
    quote_sender, quote_text = _quoted(message, answered)
    return ShownMessage(
        anchor=anchor,
        sender=sender_shown(message),
        is_mine=message.is_mine,
        moment="" if message.time_ms is None else time.strftime("%H:%M", time.localtime(message.time_ms // 1000)),
        text=message.text,
        notice=notice_shown(message),
        files=tuple(_file(one, up) for one in message.attachments),
        quote_sender=readable(quote_sender),
        quote_text=quote_text[:_MOST_QUOTED] + ("…" if len(quote_text) > _MOST_QUOTED else ""),
        place="" if message.place is None else _place(message.place),
        reactions=tuple(f"{readable(sign[:40])} {readable(who) or me}" for sign, who in message.reactions),
        marks=tuple(marks),
    )


def sender_shown(message: Stored) -> str:
    """Return who wrote a message, readable."""
    return _("Me") if message.is_mine else readable(message.sender)


def notice_shown(message: Stored) -> str:
    """Return what the app said of itself, in words; empty for a message of a person."""
    if not message.notice:
        return ""
    known = NOTICE_WORDS.get(Notice(message.notice))
    if known is None:
        return message.detail or message.text
    return labelled(_(known), readable(message.detail)) if message.detail else _(known)


def searchable(message: Stored) -> str:
    """Return the text in which a message is found: its own, and the names of what hangs on it."""
    names = (one.name for one in message.attachments)
    place = message.place[2] if message.place else ""
    return "\n".join(one for one in (message.text or notice_shown(message), place, *names) if one)


def _quoted(message: Stored, answered: Callable[[str], Stored | None]) -> tuple[str, str]:
    if message.quote_text or not message.quote_id:
        return message.quote_sender, message.quote_text
    found = answered(message.quote_id)
    if found is None:
        return message.quote_sender, _("A message that is not here")
    return sender_shown(found), found.text or notice_shown(found) or ", ".join(one.name for one in found.attachments)


def _file(kept: Kept, up: str) -> ShownFile:
    name = readable(kept.name)
    address = up + kept.place if kept.place else ""
    return ShownFile(name[:200], address, formats.size(kept.size), kept.shown, kept.is_sticker)


def _place(place: tuple[float, float, str]) -> str:
    latitude, longitude, name = place
    where = f"{latitude:.5f}, {longitude:.5f}"
    return f"{readable(name)} ({where})" if name else where
