"""Whose certificates these are: test keys that everybody has, and those of well-known publishers.

Facts with their sources are in `data/known_signers.toml`. An entry that is not confirmed was found in one public place
only and was not seen in an app: it never says more than "differs from what was published".
"""

import functools
import re
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from phoneward.apk.signing.ber import MalformedBerError
from phoneward.apk.signing.certificate import read_certificate
from phoneward.apk.signing.facts import sha256_of
from phoneward.snapshots import app_called, app_words
from phoneward.texts import Words, words
from phoneward.updates.rules import Case
from phoneward.updates.rules.rule import Rule
from phoneward.updates.verdict import Effect, Reason

_DEBUG: Final = re.compile(rb"\x06\x03\x55\x04\x03[\x0c\x13\x14\x16]\x0dAndroid Debug")
"""A common name (2.5.4.3) of this text, as a UTF8String, PrintableString, TeletexString or IA5String."""
_FILE: Final = Path(__file__).parent / "data" / "known_signers.toml"
Sha256: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
"""64 lower-case hex digits."""
Day: TypeAlias = Annotated[str, msgspec.Meta(pattern="^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]


class PublicKeyPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A certificate whose private key everybody has: whoever wants can sign with it.

    Attributes:
        name: what it is called where it is published.
        sha256: of the certificate.
        source: where it is published.
        confirmed: the certificate itself was read there.
        seen: the day of the look-up, ISO.
    """

    name: str
    sha256: Sha256
    source: str
    confirmed: bool
    seen: Day


class Publisher(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The certificates that a publisher signs an app with.

    Attributes:
        package: the app; `name`: as people know it.
        publisher: who signs it.
        sha256: of each certificate that is its publisher's; any of them.
        source: where they are published.
        confirmed: two independent public sources say the same.
        seen: the day of the look-up, ISO.
        note: what else is known.
    """

    package: str
    name: str
    publisher: str
    sha256: Annotated[tuple[Sha256, ...], msgspec.Meta(min_length=1)]
    source: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    confirmed: bool
    seen: Day
    note: str = ""


class SignersFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole data file."""

    test_key: tuple[PublicKeyPair, ...] = ()
    publisher: tuple[Publisher, ...] = ()


TEST_KEY: Final = Rule(
    "signer-test-key",
    Effect.WARNS,
    "It is signed with a key of Android's source code, which everybody has.",
    "build/make target/product/security/*.x509.pem",
)
DEBUG_KEY: Final = Rule(
    "signer-debug-key",
    Effect.WARNS,
    "It is signed with the key of some developer's computer for trying things out (CN=Android Debug).",
    "developer.android.com/studio/publish/app-signing, Sign your debug build",
)
NOT_PUBLISHER: Final = Rule(
    "signer-not-publisher",
    Effect.WARNS,
    "Its signer is none of those under which this app's publisher is known.",
    "data/known_signers.toml",
)
INSTALLED_NOT_PUBLISHER: Final = Rule(
    "installed-not-publisher",
    Effect.WARNS,
    "The signer of the app there is none of those under which its publisher is known.",
    "data/known_signers.toml",
)

RULES: Final = (TEST_KEY, DEBUG_KEY, NOT_PUBLISHER, INSTALLED_NOT_PUBLISHER)


@functools.cache
def signers_file() -> SignersFile:
    """Return the data file that is part of the program."""
    return msgspec.toml.decode(_FILE.read_bytes(), type=SignersFile)


def publisher_signers(package: str) -> Publisher | None:
    """Return who is known to sign an app, by its package name; None where nothing is known."""
    return next((one for one in signers_file().publisher if one.package == package), None)


def known_signer(certificate: bytes) -> PublicKeyPair | Publisher | None:
    """Return whose certificate (DER) this is: a test key, or the first publisher that signs with it."""
    digest = sha256_of(certificate)
    for key in signers_file().test_key:
        if key.sha256 == digest:
            return key
    return next((one for one in signers_file().publisher if digest in one.sha256), None)


def is_debug_certificate(certificate: bytes) -> bool:
    """Whether a certificate (DER) is one that Android's tools make for trying things out: CN=Android Debug."""
    try:
        return _DEBUG.search(read_certificate(certificate).subject) is not None
    except MalformedBerError:
        return False


def fits_publisher(package: str, digests: tuple[str, ...]) -> Literal["yes", "no", "unknown"]:
    """Return whether the signers (SHA-256 each) of an app are its publisher's, as far as that is known."""
    known = publisher_signers(package)
    if known is None or not digests:
        return "unknown"
    return "yes" if set(digests) <= set(known.sha256) else "no"


def reasons(case: Case) -> list[Reason]:
    """Return what the names behind the signers tell a person."""
    told = []
    package = case.main.manifest.package
    known = publisher_signers(package)
    if case.signing is not None:
        told += _of_test_keys(case.signing.signers)
        if known is not None and fits_publisher(package, case.signing.sha256) == "no":
            told.append(_of_another(known))
    there = case.installed
    if there is not None and there.signing is not None and there.package == package and known is not None:
        is_other = case.signing is None or there.signing.sha256 != case.signing.sha256
        if is_other and known.confirmed and fits_publisher(package, there.signing.sha256) == "no":
            text = words("The {app} that is on the phone was itself not signed by its publisher.", app=_called(known))
            told.append(INSTALLED_NOT_PUBLISHER.says(text))
    return told


def _called(known: Publisher) -> Words | str:
    """Return what people call the app, in the reader's language where that is known."""
    return app_words(known.package) if app_called(known.package) else known.name


def _of_another(known: Publisher) -> Reason:
    """Return that an app's signer is not its publisher's; a note where what is known rests on one source."""
    if known.confirmed:
        text = words("It was not signed by the publisher that {app} is known for.", app=_called(known))
        return NOT_PUBLISHER.says(text)
    text = words(
        "Its signature is not the one that one public list gives for {app}; the list may lack it.", app=_called(known)
    )
    return NOT_PUBLISHER.says(text, Effect.NOTES)


def _of_test_keys(signers: tuple[bytes, ...]) -> list[Reason]:
    told = []
    public = {key.sha256: key for key in signers_file().test_key}
    for certificate in signers:
        key = public.get(sha256_of(certificate))
        if key is not None:
            text = words(
                "It was signed with a key that everybody has (Android's “{key}”): anyone can have made it.",
                key=key.name,
            )
            told.append(TEST_KEY.says(text))
        elif is_debug_certificate(certificate):
            told.append(
                DEBUG_KEY.says(words("It was signed with a developer's key for trying things out, not for people."))
            )
    return told
