"""Scheme v4: the file `.idsig` beside an app."""

import struct

import pytest

from phoneward.apk.container import open_container
from phoneward.apk.manifest.facts import Manifest
from phoneward.apk.signing.facts import Scheme, SdkRange, Verification
from phoneward.apk.signing.verify import verify
from phoneward.apk.source import BytesSource
from tests.apk import signer as signing
from tests.apk.making import key as made_key
from tests.apk.making import make_apk
from tests.apk.signer import Signed, Signer, key, rotated

OLD, NEW = key("old"), key("new")
PLAIN = signing.plain_zip({"AndroidManifest.xml": b"m", "classes.dex": bytes(1_200_000)})
APK = Signed(v3=[Signer(OLD)]).apk(PLAIN)
DIGEST = signing.Zip.of(APK).digest(signing.RSA_SHA256)


def judged(apk: bytes, beside: bytes, sdk: int = 30) -> Verification:
    """Verify an APK with its file .idsig."""
    source = BytesSource(apk)
    idsig = BytesSource(beside)
    return verify(source, open_container(source), Manifest(package="a"), SdkRange(sdk, sdk), idsig)


def codes(verification: Verification) -> list[str]:
    """What is wrong with it."""
    return [problem.code for problem in verification.problems]


@pytest.mark.parametrize("tree", [True, False])
def test_one_that_belongs_to_the_app(tree: bool) -> None:
    """With its hash tree and without, the app and its v4 signature are believed."""
    found = judged(APK, signing.idsig(APK, OLD, DIGEST, tree=tree))
    assert codes(found) == []
    assert found.schemes == (Scheme.V3, Scheme.V4)


@pytest.mark.parametrize("schemes", [("v2", "v4"), ("v3", "v4"), ("v2", "v3", "v4")])
def test_one_that_apksigner_made(schemes: tuple[str, ...]) -> None:
    """What Debian's apksigner writes beside an app is believed, and nothing else in its place."""
    apk = make_apk(keys=(made_key("first"),), schemes=schemes, min_sdk=28)
    beside = apk.with_name(apk.name + ".idsig").read_bytes()
    found = judged(apk.read_bytes(), beside)
    assert codes(found) == []
    assert Scheme.V4 in found.schemes
    assert codes(judged(apk.read_bytes(), beside[:-1] + b"x")) == ["v4-tree"]


def test_beside_a_v2_signature() -> None:
    """v2 is enough for v4."""
    apk = Signed(v2=[Signer(OLD, [signing.RSA_SHA256, signing.RSA_SHA512])]).apk(PLAIN)
    best = signing.Zip.of(apk).digest(signing.RSA_SHA512)
    assert codes(judged(apk, signing.idsig(apk, OLD, best))) == []
    assert codes(judged(apk, signing.idsig(apk, OLD, DIGEST))) == ["v4-other-content"]


def test_a_changed_key_stands_in_a_block_of_its_own() -> None:
    """v4.1: the signer of v3.1 signs the tree too."""
    apk = rotated(OLD, NEW).apk(PLAIN)
    digest = signing.Zip.of(apk).digest(signing.RSA_SHA256)
    both = signing.idsig(apk, OLD, digest, [(signing.V31_ID, NEW)])
    assert codes(judged(apk, both, 33)) == []
    assert codes(judged(apk, both, 32)) == []
    assert codes(judged(apk, signing.idsig(apk, OLD, digest), 33)) == ["v4-other-signer"]
    assert codes(judged(apk, signing.idsig(apk, OLD, digest, [(signing.V31_ID, OLD)]), 33)) == ["v4-other-signer"]
    assert codes(judged(apk, signing.idsig(apk, OLD, digest, [(7, NEW)]), 33)) == ["v4-other-signer"]


@pytest.mark.parametrize(
    ("beside", "code"),
    [
        (b"", "v4-malformed"),
        (b"\2\0\0\0", "v4-malformed"),
        (signing.idsig(APK, OLD, DIGEST, version=3), "v4-malformed"),
        (signing.idsig(APK, OLD, DIGEST, hashing=(2, 12)), "v4-malformed"),
        (signing.idsig(APK, NEW, DIGEST, certificate=OLD.certificate), "key-not-certified"),
        (signing.idsig(APK, OLD, DIGEST, certificate=b"0"), "certificate-malformed"),
        (signing.idsig(APK, OLD, DIGEST, algorithm=0x0301), "key-malformed"),
        (signing.idsig(APK, OLD, DIGEST, hashing=(1, 13)), "v4-malformed"),
        (struct.pack("<iI", 2, 2**31 - 1), "v4-malformed"),
        (struct.pack("<ii", 2, -1), "v4-malformed"),
        (signing.idsig(APK, OLD, DIGEST, [(n, OLD) for n in range(9)]), "v4-malformed"),
        (signing.idsig(APK, OLD, DIGEST, root=bytes(32)), "v4-root"),
        (signing.idsig(APK + b"x", OLD, DIGEST), "signature-wrong"),
        (signing.idsig(APK, NEW, DIGEST), "v4-other-signer"),
        (signing.idsig(APK, OLD, bytes(32)), "v4-other-content"),
        (signing.idsig(APK, OLD, DIGEST)[:-1], "v4-tree"),
        (signing.idsig(APK, OLD, DIGEST) + b"x", "v4-tree"),
        (signing.idsig(APK, OLD, DIGEST)[:-4096] + bytes(4096), "v4-tree"),
        (signing.idsig(APK, OLD, DIGEST).replace(OLD.certificate, NEW.certificate.ljust(len(OLD.certificate))),
         "signature-wrong"),
        (signing.idsig(APK, OLD, DIGEST).replace(OLD.public, b"0" * len(OLD.public)), "key-malformed"),
    ],
)  # fmt: skip
def test_one_that_does_not(beside: bytes, code: str) -> None:
    """For another app, another content, changed or cut off: a phone that is given it refuses."""
    found = judged(APK, beside)
    assert codes(found) == [code]
    assert not found.is_verified


def test_android_10_does_not_know_it() -> None:
    """v4 came with Android 11; earlier phones are not asked about it."""
    wrong = signing.idsig(APK, NEW, DIGEST)
    assert codes(judged(APK, wrong, 29)) == []
    assert codes(judged(APK, wrong, 30)) == ["v4-other-signer"]


def test_it_cannot_stand_alone() -> None:
    """Without a v2 or v3 signature in the app it is worth nothing."""
    assert codes(judged(PLAIN, signing.idsig(PLAIN, OLD, DIGEST))) == ["v4-alone"]
