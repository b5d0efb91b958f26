"""One account system of the rulebook: one passport that may open many products."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


class Kind(enum.StrEnum):
    """What a system is, roughly."""

    BANK = "bank"
    PAYMENT = "payment"
    BROKER = "broker"
    INSURANCE = "insurance"
    CRYPTO = "crypto"
    GOVERNMENT = "government"
    HEALTH = "health"
    CARRIER = "carrier"
    IDENTITY = "identity"
    """A passport for many products: Apple, Google, Microsoft, a phone maker's account."""
    MAIL = "mail"
    CLOUD = "cloud"
    CHAT = "chat"
    SOCIAL = "social"
    VIDEO = "video"
    SHOP = "shop"
    TRAVEL = "travel"
    TRANSPORT = "transport"
    DELIVERY = "delivery"
    FOOD = "food"
    WORK = "work"
    EDUCATION = "education"
    GAME = "game"
    HOME = "home"
    OTHER = "other"


class Holding(enum.StrEnum):
    """What a stranger who gets in finds."""

    MONEY = "money"
    CREDIT = "credit"
    """One can borrow in the owner's name."""
    IDENTITY = "identity"
    """Papers: names, identity numbers, faces."""
    MESSAGES = "messages"
    PHOTOS = "photos"
    FILES = "files"
    MAIL = "mail"
    """Whoever reads it resets the passwords of others."""
    CONTACTS = "contacts"
    HEALTH = "health"
    PLACES = "places"
    """Where the owner lives and goes."""
    PURCHASES = "purchases"
    HOME = "home"
    """Cameras, locks, devices."""
    WORK = "work"
    OTHER_ACCOUNTS = "other-accounts"
    """Signing in with it opens others."""
    PUBLIC_NAME = "public-name"
    """One can speak in the owner's name."""


class Harm(enum.StrEnum):
    """How bad it is if the number's next holder gets in; the order of the plan."""

    GRAVE = "grave"
    """Money, identity, a life's photos or messages, or the key to other accounts."""
    SERIOUS = "serious"
    SOME = "some"

    @property
    def rank(self) -> int:
        """2 for the gravest."""
        return {"some": 0, "serious": 1, "grave": 2}[self.value]


class OldNumber(enum.StrEnum):
    """Whether changing to a new number needs a code sent to the old one."""

    NEEDED = "needed"
    """There is no other way that a person can walk alone."""
    OR_ANOTHER_WAY = "or-another-way"
    """A password, a face, an identity card or an appeal does as well."""
    NOT_NEEDED = "not-needed"


@dataclass(frozen=True, slots=True)
class Claim(Generic[T]):
    """Something the rulebook says.

    Attributes:
        value: what.
        source: the page that says so, an address; empty where it is unconfirmed.
        checked: the day somebody read it there.
    """

    value: T
    source: str = ""
    checked: dt.date | None = None

    @property
    def is_confirmed(self) -> bool:
        """A source says so."""
        return bool(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """How something is done.

    Attributes:
        steps: by language (`en`, `zh_CN`), one sentence each.
        link: where it begins: a page's address; empty where it begins in the app.
        source: the page that describes it; empty where it is unconfirmed.
        checked: the day somebody read it there.
    """

    steps: Mapping[str, tuple[str, ...]]
    link: str = ""
    source: str = ""
    checked: dt.date | None = None

    @property
    def is_confirmed(self) -> bool:
        """A source describes it."""
        return bool(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reissue:
    """What happens once the number belongs to somebody else, as far as it is known.

    Attributes:
        text: by language, one or two sentences.
        source, checked: as of `Claim`.
    """

    text: Mapping[str, str]
    source: str = ""
    checked: dt.date | None = None

    @property
    def is_confirmed(self) -> bool:
        """A source says so."""
        return bool(self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One account system.

    Attributes:
        id: for programs and marks: lower case, digits, `-`; never changed.
        names: by language (`en`, `zh_CN`; `zh_TW`, `ja`, `ko` where they differ): what people call it.
        aliases: other names, products that the same account opens, and signatures of its messages.
        packages: Android packages whose account this is.
        domains: registrable domains of its pages, for password managers and mail.
        kind: roughly what it is.
        countries: ISO 3166 codes where it is mostly used; empty for everywhere.
        holds: what a stranger who gets in finds, the worst first.
        harm: how bad that is.
        sms_login: whether a code sent to the number is enough to sign in. None: not known.
        sms_reset: whether a code sent to the number is enough to set a new password.
        one_tap: whether the carrier's one-tap login opens it, which leaves no message.
        old_number: whether changing the number needs the old one.
        rebind, unbind, delete: how; None where not known.
        reissue: what happens after re-issue; None where not known.
    """

    id: str
    names: Mapping[str, str]
    aliases: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    kind: Kind
    countries: tuple[str, ...] = ()
    holds: tuple[Holding, ...]
    harm: Harm
    sms_login: Claim[bool] | None = None
    sms_reset: Claim[bool] | None = None
    one_tap: Claim[bool] | None = None
    old_number: Claim[OldNumber] | None = None
    rebind: Steps | None = None
    unbind: Steps | None = None
    delete: Steps | None = None
    reissue: Reissue | None = None
