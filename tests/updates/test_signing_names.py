"""Certificates that people should know of: keys that everybody has, and those of well-known publishers."""

import datetime as dt
import re

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from phoneward.apk.signing.facts import Signing
from phoneward.updates import Effect, Verdict, fits_publisher, judge, known_signer, publisher_signers, signing_names
from phoneward.updates.signing_names import PublicKeyPair, SignersFile, signers_file
from tests.updates.rules.fakes import PHONE, by, codes, one, there

WECHAT = "0fe4ff85c215918396dadc7cd8ce6963339af33d37751a56e54c7206b63a3c7c"


@pytest.fixture
def wechat_is_signed_by_us(monkeypatch: pytest.MonkeyPatch) -> None:
    """WeChat's certificate is not part of the project, so here ours stands in its place; the rest is as shipped."""
    ours = SignersFile(
        test_key=(
            PublicKeyPair(name="testkey", sha256=Signing((b"T",)).sha256[0], source="-", confirmed=True, seen="-"),
        ),
        publisher=tuple(
            msgspec.structs.replace(known, sha256=Signing((b"A",)).sha256)
            if known.package == "com.tencent.mm"
            else known
            for known in signers_file().publisher
        ),
    )
    monkeypatch.setattr(signing_names, "signers_file", lambda: ours)


def test_the_file_says_where_every_entry_comes_from() -> None:
    """Whoever doubts an entry finds its source and the day of the look-up."""
    known = signers_file()
    assert len(known.publisher) >= 25
    assert len({one.package for one in known.publisher}) == len(known.publisher)
    assert len({one.name for one in known.test_key}) == len(known.test_key) >= 8
    for entry in known.publisher:
        assert all(len(source) > 15 for source in entry.source), entry.package
        assert entry.confirmed <= (len(entry.source) > 1), f"{entry.package}: confirmed by one source"
        assert re.fullmatch(r"[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)+", entry.package)
        assert len(set(entry.sha256)) == len(entry.sha256)
    test_keys = {key.sha256 for key in known.test_key}
    assert not test_keys & {digest for entry in known.publisher for digest in entry.sha256}


def test_wechat_comes_first_and_is_confirmed() -> None:
    """The app of the first incident: who signs it is known from its publisher's own program."""
    known = publisher_signers("com.tencent.mm")
    assert known is signers_file().publisher[0]
    assert known is not None
    assert (known.sha256, known.confirmed) == ((WECHAT,), True)


def test_a_broken_entry_is_not_loaded() -> None:
    """A typing mistake in the file stops the program's tests, not a person."""
    text = '[[test_key]]\nname = "x"\nsha256 = "{sha}"\nsource = "y"\nconfirmed = true\nseen = "{seen}"\n'
    good = text.format(sha="0" * 64, seen="2026-11-29")
    assert msgspec.toml.decode(good, type=SignersFile).test_key
    for bad in (
        text.format(sha="0" * 63, seen="2026-11-29"),
        text.format(sha="0" * 64, seen="soon"),
        good + "more = 1\n",
    ):
        with pytest.raises(msgspec.ValidationError):
            msgspec.toml.decode(bad, type=SignersFile)


@pytest.mark.usefixtures("wechat_is_signed_by_us")
def test_a_wechat_of_somebody_else_is_named() -> None:
    """The first incident: the update offered is not its publisher's; the person reads so beside the verdict."""
    app = there(by(b"A"), package="com.tencent.mm")
    said = judge(app, one(by(b"B"), package="com.tencent.mm"), PHONE)
    assert said.verdict is Verdict.WIPES
    assert "signer-not-publisher" in codes(said, Effect.WARNS)
    right = judge(app, one(by(b"A"), package="com.tencent.mm"), PHONE)
    assert "signer-not-publisher" not in codes(right)


@pytest.mark.usefixtures("wechat_is_signed_by_us")
def test_an_installed_wechat_of_somebody_else_is_named() -> None:
    """The update is right and cannot go in, because what is on the phone is not its publisher's."""
    app = there(by(b"B"), package="com.tencent.mm")
    said = judge(app, one(by(b"A"), package="com.tencent.mm"), PHONE)
    assert codes(said, Effect.WARNS) >= {"installed-not-publisher"}
    assert "signer-not-publisher" not in codes(said)


def test_what_only_one_list_says_is_a_note() -> None:
    """An entry that is not confirmed never frightens anybody."""
    known = publisher_signers("org.videolan.vlc")
    assert known is not None
    assert not known.confirmed
    said = judge(None, one(by(b"B"), package="org.videolan.vlc"), PHONE)
    assert "signer-not-publisher" in codes(said, Effect.NOTES)
    app = there(by(b"C"), package="org.videolan.vlc")
    assert "installed-not-publisher" not in codes(judge(app, one(by(b"B"), package="org.videolan.vlc"), PHONE))
    assert fits_publisher("org.videolan.vlc", ("0" * 64,)) == "no"
    assert fits_publisher("org.videolan.vlc", known.sha256[:1]) == "yes"
    assert fits_publisher("org.example.unknown", ("0" * 64,)) == "unknown"
    assert fits_publisher("org.videolan.vlc", ()) == "unknown"


@pytest.mark.usefixtures("wechat_is_signed_by_us")
def test_a_key_that_everybody_has_is_named() -> None:
    """An app signed with Android's public test key can be anybody's; the same signer still keeps the data."""
    app = there(by(b"T"))
    said = judge(app, one(by(b"T")), PHONE)
    assert (said.verdict, codes(said, Effect.WARNS)) == (Verdict.KEEPS, {"signer-test-key"})
    assert isinstance(known_signer(b"T"), PublicKeyPair)
    assert known_signer(b"nobody's") is None


def test_a_developers_debug_key_is_named() -> None:
    """Android's tools sign trial builds with a throw-away certificate of a fixed name."""
    assert "signer-debug-key" in codes(judge(None, one(by(named("Android Debug"))), PHONE), Effect.WARNS)
    assert "signer-debug-key" not in codes(judge(None, one(by(named("Android Debugger"))), PHONE))
    assert "signer-debug-key" not in codes(judge(None, one(by(b"\x30broken")), PHONE))


def named(name: str) -> bytes:
    """A self-signed certificate of this name, DER."""
    private = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = x509.CertificateBuilder(subject, subject, private.public_key(), 1)
    made = made.not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC)).not_valid_after(
        dt.datetime(2050, 1, 1, tzinfo=dt.UTC)
    )
    return made.sign(private, hashes.SHA256()).public_bytes(Encoding.DER)
