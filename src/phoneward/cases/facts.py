"""What is known of a case: who, what, when, on which phone. Letters and statements say nothing that is not here.

It lies in the case's folder as `data/case.json` (UTF-8, the names of the attributes below), so that a person and
another program can read it.
"""

import enum
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import msgspec

from phoneward.cases.errors import FactsDamagedError
from phoneward.errors import readable
from phoneward.incidents import Incident

if TYPE_CHECKING:
    Moment: TypeAlias = datetime | date
else:
    Moment = Any

MAX_FACTS: Final = 4 << 20
"""Bytes of a file of facts that is read."""


class Role(enum.StrEnum):
    """Who somebody is in the matter."""

    CLAIMANT = "claimant"
    PHONE_MAKER = "phone-maker"
    APP_MAKER = "app-maker"
    STORE = "store"
    CARRIER = "carrier"
    SERVICE = "service"
    OTHER = "other"


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """A person or a company in the matter.

    Attributes:
        name: as in their papers.
        address, phone, email: empty where not given.
        did: what they did, as the claimant says it; one sentence each.
    """

    role: Role
    name: str
    address: str = ""
    phone: str = ""
    email: str = ""
    did: tuple[str, ...] = ()


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """The phone.

    Attributes:
        maker, model, build, android: as the phone says.
        serial: personal; left out of what is published.
    """

    maker: str = ""
    model: str = ""
    build: str = ""
    android: str = ""
    serial: str = ""


class App(msgspec.Struct, frozen=True, kw_only=True):
    """An app that the matter is about.

    Attributes:
        package: its name in the system.
        label: as people call it.
        version_before, version_after: version names; empty where not known.
        signer_before, signer_after: SHA-256 of the signing certificate, hexadecimal; empty where not known.
        code_before, code_after: version codes; None where not known.
        installer_before, installer_after: the package that installed it, a store as a rule; empty where not known.
    """

    package: str
    label: str = ""
    version_before: str = ""
    version_after: str = ""
    signer_before: str = ""
    signer_after: str = ""
    code_before: int | None = None
    code_after: int | None = None
    installer_before: str = ""
    installer_after: str = ""


class Loss(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing that was lost or read by others.

    Attributes:
        what: in the claimant's words ("my mother's last messages").
        kind: `messages`, `photos`, `contacts`, `business`, `account`, … for counting.
        count, size: of items and in bytes; None where nobody can tell.
        recoverable: how many of these bytes a snapshot or a backup still holds; None where nobody can tell.
        meaning: why it matters to this person; empty where they say nothing.
        cost: what it costs to restore, in `currency`; None where not claimed.
        evidence: paths in the bag (`data/originals/…`) that show it.
    """

    what: str
    kind: str = ""
    count: int | None = None
    size: int | None = None
    recoverable: int | None = None
    meaning: str = ""
    cost: float | None = None
    currency: str = "CNY"
    evidence: tuple[str, ...] = ()


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened at a time.

    Attributes:
        at: a moment with its offset, or a day where only that is known.
        what: one sentence.
        who: role of who did it; None where nobody did.
        evidence: paths in the bag that show it; empty where nothing in it does.
        shown_by: what else shows it (a snapshot's full ID); empty where only the claimant says so.
        is_against: whether it speaks against the claimant. It is shown all the same.
    """

    at: Moment
    what: str
    who: Role | None = None
    evidence: tuple[str, ...] = ()
    shown_by: str = ""
    is_against: bool = False

    def __post_init__(self) -> None:
        """Make a moment or a day of what stands in a file: msgspec cannot choose between two kinds of text."""
        if isinstance(self.at, str):
            kind = date if len(self.at) == len("2026-11-29") else datetime
            msgspec.structs.force_setattr(self, "at", kind.fromisoformat(self.at))
        at: object = self.at
        if not isinstance(at, date) or (isinstance(at, datetime) and at.tzinfo is None):
            raise ValueError("no moment with its offset, and no day")


class CaseFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that is known.

    Attributes:
        title: what the person calls the case.
        incident: what happened.
        happened: the day of the event: which law applies depends on it. None where not known.
        noticed: the day the person noticed.
        country: where the law is asked (ISO 3166, `CN` or `EU`).
    """

    title: str
    incident: Incident
    happened: date | None = None
    noticed: date | None = None
    country: str = "CN"
    parties: tuple[Party, ...] = ()
    device: Device = Device()
    apps: tuple[App, ...] = ()
    account: str = ""
    losses: tuple[Loss, ...] = ()
    events: tuple[Event, ...] = ()


def encode_facts(facts: CaseFacts) -> bytes:
    """Return the facts as they stand in a case's folder: JSON for people, UTF-8."""
    return msgspec.json.format(msgspec.json.encode(facts), indent=2) + b"\n"


def decode_facts(data: bytes) -> CaseFacts:
    """Return the facts that a file holds.

    Raises:
        FactsDamagedError: it is none of ours, or too large.
    """
    if len(data) > MAX_FACTS:
        raise FactsDamagedError(detail=f"{len(data)} bytes")
    try:
        return msgspec.json.decode(data, type=CaseFacts)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise FactsDamagedError(detail=readable(str(error))[:200]) from error
