"""What every source is read into: messages, who wrote them, what hangs on them. Text comes as the source has it."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Final, TypeAlias

Opener: TypeAlias = Callable[[], BinaryIO]
"""Opens the bytes of something that was attached, for reading; OSError or `NotReadableError` where that fails."""

EARLIEST_MS: Final = 0
LATEST_MS: Final = 7_258_118_400_000
"""2200-01-01 UTC. A time outside is no time of a message: it is shown as undated."""


class NotReadableError(Exception):
    """What was attached cannot be read: a part of a zip that is damaged, encrypted or a trap. Never shown as it is."""


class Notice(enum.StrEnum):
    """What an app says of itself within a conversation, as far as it is told apart. The value is for the archive."""

    GROUP_MADE = "group-made"
    NAME_CHANGED = "name-changed"
    PICTURE_CHANGED = "picture-changed"
    DESCRIPTION_CHANGED = "description-changed"
    ADDED = "added"
    JOINED = "joined"
    LEFT = "left"
    REMOVED = "removed"
    NUMBER_CHANGED = "number-changed"
    CALL = "call"
    MISSED_CALL = "missed-call"
    PINNED = "pinned"
    TIMER = "timer"
    SAFETY_NUMBER = "safety-number"
    BLOCKED = "blocked"
    SAID = "said"
    """In the app's own words: `text` of the message."""
    OTHER = "other"
    """Something that is not told apart; `detail` may say which of the app's numbers or words for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """Something that hangs on a message.

    Attributes:
        name: what the source calls it, a name or a path; for showing only.
        open: its bytes; None where the source does not hold them.
        is_sticker: shown small.
    """

    name: str
    open: Opener | None = None
    is_sticker: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a message answers.

    Attributes:
        sender: who had written it; empty where the source does not say.
        text: what stood there; empty where the source does not say.
        id: of that message, as `Message.id`; empty where unknown. Text and sender are then taken from it.
    """

    sender: str = ""
    text: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place that was sent.

    Attributes:
        latitude, longitude: degrees.
        name: what it is called; may be empty.
    """

    latitude: float
    longitude: float
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message, or a notice of the app.

    Attributes:
        conversation: which one it belongs to: a key of its source.
        id: of the message in that conversation, the same in every copy of the source; empty where there is none.
        time_ms: when it was sent, milliseconds since 1970 UTC; None where the source does not say.
        sender: who wrote it, as a name to show; empty where unknown, or for the person whose copy it is.
        is_mine: written by the person whose copy it is.
        text: what stands there.
        notice: it is no message of a person; None where it is one.
        detail: what the notice is about: names, a number.
        attachments, quote, place: what it holds besides.
        reactions: pairs of a sign and who gave it (empty: the person whose copy it is).
        forwarded_from: whom it was taken over from; empty where it is the sender's own; `?` where nobody says.
        is_edited, is_deleted: by its sender, later.
    """

    conversation: str
    id: str = ""
    time_ms: int | None = None
    sender: str = ""
    is_mine: bool = False
    text: str = ""
    notice: Notice | None = None
    detail: str = ""
    attachments: tuple[Attachment, ...] = ()
    quote: Quote | None = None
    place: Place | None = None
    reactions: tuple[tuple[str, str], ...] = ()
    forwarded_from: str = ""
    is_edited: bool = False
    is_deleted: bool = False


class Kind(enum.StrEnum):
    """Which program or format a source is of. The value is for programs."""

    SMS_XML = "sms-xml"
    ANDROID_SMS = "android-sms"
    IOS_MESSAGES = "ios-messages"
    WHATSAPP = "whatsapp"
    WHATSAPP_OLD = "whatsapp-old"
    WHATSAPP_TEXT = "whatsapp-text"
    WHATSAPP_IOS = "whatsapp-ios"
    TELEGRAM = "telegram"
    SIGNAL = "signal"
    SIGNAL_DESKTOP = "signal-desktop"
