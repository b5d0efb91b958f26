"""What is said of an app: what it could do, by what that is known, and what nobody could see."""

import enum
from dataclasses import dataclass

from phoneward.apk.dex import CallSite
from phoneward.findings import Tier
from phoneward.texts import Words


class About(enum.StrEnum):
    """What an ability is about."""

    PICTURES = "pictures"
    WATCHING = "watching"
    """It learns when a picture or a screenshot is made."""
    SCREEN = "screen"
    PERSON = "person"
    """What else tells of the person."""
    NETWORK = "network"
    CODE = "code"


class Whose(enum.StrEnum):
    """Whose code it is."""

    APP = "app"
    """The app's own: its name begins as the app's does."""
    MAKER = "maker"
    """Probably its publisher's: the name begins with the same two words."""
    KNOWN = "known"
    """A known library's or service's."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose code a class is.

    Attributes:
        whose: how that is known.
        name: of the library or service; of the app its package.
        maker: its publisher, where known.
        purpose: what it is for: `analytics`, `ads`, `push`, `library` and so on; empty where unknown.
        is_confirmed: see `data/owners.toml`; True for the app's own.
    """

    whose: Whose
    name: str = ""
    maker: str = ""
    purpose: str = ""
    is_confirmed: bool = True


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing by which an ability is known.

    Attributes:
        kind: `permission`, `service`, `call`, `field`, `text`, `class`, `setting`, `file`.
        what: the permission, the method that is called, the text, the file.
        class_name, method: where in the code; empty where it is not in the code.
        dex: the file with that code.
        owner: whose code that is; None where it is not in the code.
    """

    kind: str
    what: str
    class_name: str = ""
    method: str = ""
    dex: str = ""
    owner: Owner | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """One thing that an app could do.

    Attributes:
        code: stable, for programs; `ability_words.ABILITIES` has its sentence.
        about: what it is about.
        weight: how much it matters to somebody who asks after their pictures, 100 most.
        tier: OBSERVED where it is in the file; INFERRED where it can mean something else.
        is_ordinary: most apps do it.
        seen: by what it is known, at most `MAX_SEEN`; the app's own code first.
        count: of all things by which it is known.
        min_sdk, max_sdk: API levels of the phones on which it holds; None for no bound.
        source: where that is told.
    """

    code: str
    about: About
    weight: int
    tier: Tier = Tier.OBSERVED
    is_ordinary: bool = False
    seen: tuple[Seen, ...] = ()
    count: int = 0
    min_sdk: int | None = None
    max_sdk: int | None = None
    source: str = ""

    @property
    def owners(self) -> tuple[Owner, ...]:
        """Whose code does it, each once."""
        return tuple(dict.fromkeys(one.owner for one in self.seen if one.owner is not None))


MAX_SEEN = 200


@dataclass(frozen=True, slots=True)
class Unseen:
    """What could not be looked into, so that nothing that is not told is taken for not there.

    Attributes:
        code: `packed`, `missing-classes`, `no-code`, `unread-dex`, `hidden-dex`, `hidden-files`, `native-code`,
            `loaded-code`.
        text: a sentence.
        names: files or classes that show it.
        is_grave: the app's own code is not to be seen: what is told of it is next to nothing.
    """

    code: str
    text: Words
    names: tuple[str, ...] = ()
    is_grave: bool = False


@dataclass(frozen=True, slots=True)
class Present:
    """A library or a service whose code the app brings along. That it is used is not told.

    Attributes:
        owner: which.
        example: a class of it.
        source: where its name is told.
    """

    owner: Owner
    example: str
    source: str


@dataclass(frozen=True, slots=True)
class Tracker:
    """A tracker that the person's own list names, and whose classes are there.

    Attributes:
        name: as the list has it.
        example: a class of it.
    """

    name: str
    example: str


@dataclass(frozen=True, slots=True)
class Open:
    """A part of the app that any other app may call.

    Attributes:
        kind: activity, service, receiver, provider.
        name: its class.
        grants: a provider that hands out files.
    """

    kind: str
    name: str
    grants: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """What the app accepts on the network.

    Attributes:
        cleartext: unencrypted traffic is allowed to hosts that nothing else is said of.
        cleartext_hosts: groups of hosts to which it is allowed besides.
        trusts_user: it accepts certificates that the phone's owner installed, so that its traffic can be read with
            mitmproxy or PCAPdroid.
        pinned: groups of hosts of which it accepts one certificate only.
        is_told: whether a configuration says so; else it is Android's default for the app's target.
    """

    cleartext: bool
    cleartext_hosts: int = 0
    trusts_user: bool = False
    pinned: int = 0
    is_told: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """A thing that the app could do or see, beside what a text says of it.

    Attributes:
        code: `screenshots`, `pictures` and so on; `ability_words.TOPICS` has its name.
        abilities: codes of the app's abilities that it is about.
        quote: where the text first speaks of it; empty where it does not.
    """

    code: str
    abilities: tuple[str, ...]
    quote: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """An app beside a text of its publisher's.

    Attributes:
        name: of the text.
        letters: of it that were read.
        unstated: what is in the app, and of which the text does not speak.
        stated: what is in the app, and of which it speaks. What it says there, a person has to read.
        is_readable: the text speaks English or Chinese and is long enough to be compared.
    """

    name: str
    letters: int
    unstated: tuple[Topic, ...] = ()
    stated: tuple[Topic, ...] = ()
    is_readable: bool = True


@dataclass(frozen=True, slots=True)
class Change:
    """An app beside an earlier version.

    Attributes:
        version_name, version_code: of the earlier one.
        new: abilities that it did not have.
        gone: abilities that it had.
        permissions: newly asked for.
        services: libraries and services that are new.
    """

    version_name: str
    version_code: int
    new: tuple[Ability, ...] = ()
    gone: tuple[Ability, ...] = ()
    permissions: tuple[str, ...] = ()
    services: tuple[Present, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppAbilities:
    """What an app could do, as its file says.

    Attributes:
        name: of the file.
        package, label, version_name, version_code, min_sdk, target_sdk: from its manifest; see `apk.Manifest`.
        abilities: what matters most first.
        unseen: what could not be looked into, the gravest first.
        services: libraries and services that it brings along.
        trackers: of the person's list; None where none was given.
        open: parts that other apps may call.
        network: what it accepts on the network.
        permissions: that it asks for.
        abis: kinds of processor it has native code for.
        dex_files, classes, methods: code that was looked through.
        calls: every call of a method that a rule watches, whatever it was taken for.
        said: beside a text; None where none was given.
        change: beside an earlier version; None where none was given.
    """

    name: str
    package: str
    label: str
    version_name: str
    version_code: int
    min_sdk: int | None
    target_sdk: int | None
    abilities: tuple[Ability, ...]
    unseen: tuple[Unseen, ...]
    services: tuple[Present, ...]
    trackers: tuple[Tracker, ...] | None
    open: tuple[Open, ...]
    network: Network
    permissions: tuple[str, ...]
    abis: tuple[str, ...]
    dex_files: int
    classes: int
    methods: int
    calls: tuple[CallSite, ...] = ()
    said: Said | None = None
    change: Change | None = None

    @property
    def is_hidden(self) -> bool:
        """Whether the app's own code is not to be seen."""
        return any(one.is_grave for one in self.unseen)

    def ability(self, code: str) -> Ability | None:
        """Return an ability by its code; None where the app does not have it."""
        return next((one for one in self.abilities if one.code == code), None)
