"""The inventory: which accounts hang on which of a person's numbers, and how that is known."""

import datetime as dt
import enum
from dataclasses import dataclass

from phoneward.numbers.recognition import Purpose, Relation


class SourceKind(enum.StrEnum):
    """Where something was found."""

    SMS = "sms"
    APP = "app"
    PASSWORDS = "passwords"
    MAIL = "mail"
    TOLD = "told"
    """The person said so."""


class What(enum.StrEnum):
    """What was found."""

    CODE = "code"
    """A one-time code. The code itself is never kept."""
    NOTICE = "notice"
    """A service's word to the owner of an account."""
    BUSINESS = "business"
    """A word to a customer: a parcel, a bill."""
    NAMED = "named"
    """The service is named, no more."""
    INSTALLED = "installed"
    """Its app is on the phone. Who signs in with one tap gets no message."""
    ENTRY = "entry"
    """An entry of a password manager."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that shows an account.

    Attributes:
        source: where it was found.
        what: what was found.
        ref: what it is called there: a message's id, a package, a place in a file. Never a text, a code or a password.
        time: when; None where the source does not say.
        number: to which of the person's numbers it came, E.164; None where nobody can tell.
        sim: to which SIM, as the phone counts them; empty where unknown.
        purpose: what it was for.
        is_done: the service says it was carried out.
        snapshot: full ID of the snapshot it was found in; empty where none.
        grade: what it proves by itself.
    """

    source: SourceKind
    what: What
    ref: str
    time: dt.datetime | None = None
    number: str | None = None
    sim: str = ""
    purpose: Purpose = Purpose.UNKNOWN
    is_done: bool = False
    snapshot: str = ""
    grade: Relation = Relation.WEAK


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account system at which the person has, or may have, an account.

    Attributes:
        key: its name for marks that the person makes: the system's id, or `~` and the folded name of a service that
            the rulebook does not know. Stable between runs.
        system: id in the rulebook; None where it is not in there.
        service: what it is called: the rulebook's name is to be preferred where there is one; else as it signs.
        grade: the best proof there is.
        evidence: by source and number the first, the last and the strongest of what was found, and the last word on
            each thing that was done (the number was put to the account, or taken off); not each of a thousand messages.
            Oldest first; what bears no time stands in front.
        count: how much was found in all; at least, where several snapshots were looked through.
        first, last: between which times; None where nothing bears a time.
        numbers: to which of the person's numbers it came, E.164; empty where nobody can tell.
    """

    key: str
    system: str | None = None
    service: str
    grade: Relation
    evidence: tuple[Evidence, ...] = ()
    count: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    numbers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnNumber:
    """A number of the person's own, or a SIM of which the number is not known.

    Attributes:
        e164: with `+`; None where only the SIM is known.
        sims: which SIMs bear it, as the phone counts them.
        messages: how many messages came to it.
        hint: how it is known, for programs: `told`, `message` (a service wrote which number it is), `entry` (it is the
            user name of an entry in a password manager), `sim` (only the SIM is known).
    """

    e164: str | None
    sims: frozenset[str] = frozenset()
    messages: int = 0
    hint: str = "told"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedAt:
    """One source that was looked through.

    Attributes:
        source: of which kind.
        name: which: a file's name, a snapshot's short ID.
        items: how many messages, apps or entries it has.
        first, last: between which times.
        kind: the form of a file, as it was told by its content: `bitwarden-json`, `chrome-csv` …; empty elsewhere.
    """

    source: SourceKind
    name: str
    items: int
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLookedAt:
    """Something that was not looked at, or of which nothing can be told.

    Attributes:
        source: of which kind.
        reason: why, for programs; `missed_words` says it to people.
        name: where; empty where it is everywhere.
        count: how many; None where there is nothing to count.
    """

    source: SourceKind
    reason: str
    name: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inventory:
    """All that was found.

    Attributes:
        accounts: the best proof first, then by name.
        own: the person's own numbers.
        looked_at: what was looked through; what is not here was not looked at.
        not_looked_at: what in it was not looked at.
        region: the country by which numbers without a country code were read (ISO 3166); empty where nothing tells.
        region_from: what told it, for programs: `told`, `number` (a number of the person's own), `service-center` (of
            the messages), `senders`; empty where nothing did.
    """

    accounts: tuple[Account, ...] = ()
    own: tuple[OwnNumber, ...] = ()
    looked_at: tuple[LookedAt, ...] = ()
    not_looked_at: tuple[NotLookedAt, ...] = ()
    region: str = ""
    region_from: str = ""
