"""Without a file in hand: downloaded updates are checked, and apps named that their publisher did not sign."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from phoneward.apk import open_app
from phoneward.apk.errors import ApkError
from phoneward.apk.signing.facts import Signing
from phoneward.apk.source import Source
from phoneward.texts import Words
from phoneward.updates.against import Against, name_of
from phoneward.updates.checking import Checked, check_app
from phoneward.updates.found import FoundFile, FoundFiles
from phoneward.updates.signing_names import Publisher, fits_publisher, signers_file

Opener: TypeAlias = Callable[[FoundFile], AbstractContextManager[Path | Source]]
"""Gives the bytes of a found file."""

WECHAT: Final = "com.tencent.mm"


class Phone(Against, Protocol):
    """A phone whose apps are known."""

    @property
    def packages(self) -> frozenset[str]:
        """The apps that it has."""

    def signer(self, package: str) -> Signing | None:
        """Return who signed an app that is there, without reading all of it; None where that cannot be told."""


@dataclass(frozen=True, slots=True)
class FoundUpdate:
    """A downloaded file of an app that is installed, and what it would do."""

    file: FoundFile
    checked: Checked


@dataclass(slots=True)
class Others:
    """Downloaded files that are no update of an app on the phone.

    Attributes:
        other_apps: of apps that are not installed.
        no_apps: called like an app, and none that a phone would take.
    """

    other_apps: int = 0
    no_apps: int = 0


def check_found(
    found: FoundFiles, phone: Phone, openers: tuple[Opener, Opener], others: Others
) -> Iterator[FoundUpdate]:
    """Check those of the found files that are for an app on the phone, newest first.

    Args:
        found: the files.
        phone: what they are checked against.
        openers: of a file, to see of which app it is; and to read every byte of it.
        others: the other files are counted here.
    """
    for file in found.files:
        package = _package(file, openers[0])
        if package is None:
            others.no_apps += 1
        elif package not in phone.packages:
            others.other_apps += 1
        else:
            checked = _checked(file, phone, openers[1])
            if checked is not None:
                yield FoundUpdate(file, checked)
            else:
                others.no_apps += 1


def _package(file: FoundFile, peek: Opener) -> str | None:
    try:
        with peek(file) as origin, open_app([origin]) as app:
            return app.package
    except ApkError:
        return None


def _checked(file: FoundFile, phone: Phone, whole: Opener) -> Checked | None:
    with ExitStack() as stack:
        try:
            origin = stack.enter_context(whole(file))
            app = stack.enter_context(open_app([origin], sdk=phone.device.sdk, abis=phone.device.abis))
        except ApkError:
            return None
        return check_app(file.shown, app, phone)


@dataclass(frozen=True, slots=True)
class WrongPublisher:
    """An app on the phone that its publisher did not sign, as far as that is known.

    Attributes:
        app: what people call it.
        signers: SHA-256 of the certificates that signed it.
        publisher: who signs it otherwise, and where that is published.
    """

    package: str
    app: Words
    signers: tuple[str, ...]
    publisher: Publisher


def wrong_publishers(
    phone: Phone, looking_at: Callable[[str], None] = lambda _package: None
) -> Iterator[WrongPublisher]:
    """Yield the apps on the phone that were signed by somebody else than their publisher; WeChat first.

    Apps whose signer cannot be told are left out: nothing is known of them.

    Args:
        phone: whose apps.
        looking_at: told of each app before it is read.
    """
    known = [publisher for publisher in signers_file().publisher if publisher.package in phone.packages]
    for publisher in sorted(known, key=lambda one: one.package != WECHAT):
        looking_at(publisher.package)
        signing = phone.signer(publisher.package)
        if signing is not None and fits_publisher(publisher.package, signing.sha256) == "no":
            yield WrongPublisher(
                publisher.package, name_of(publisher.package, publisher.name), signing.sha256, publisher
            )
