"""Schemes v2, v3 and v3.1: whom a phone takes for the signer, and when it believes nobody."""

import struct
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from phoneward.apk.container import open_container
from phoneward.apk.manifest.facts import Manifest
from phoneward.apk.signing.facts import Capability, Scheme, SdkRange, Verification
from phoneward.apk.signing.verify import verify
from phoneward.apk.source import BytesSource
from tests.apk import signer as signing
from tests.apk.making import key as made_key
from tests.apk.making import make_apk
from tests.apk.signer import Signed, Signer, key, rotated

OLD, NEW, THIRD = key("old"), key("new"), key("third")
PLAIN = signing.plain_zip()
MANIFEST = Manifest(package="org.example", min_sdk=24, target_sdk=29)


def judged(apk: bytes, low: int = 33, high: int | None = None, manifest: Manifest = MANIFEST) -> Verification:
    """Verify for the phones of these versions; one version where only one is given."""
    source = BytesSource(apk)
    return verify(source, open_container(source), manifest, SdkRange(low, low if high is None else high))


def codes(verification: Verification) -> list[str]:
    """What is wrong."""
    assert bool(verification.problems) != verification.is_verified
    return [problem.code for problem in verification.problems]


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        ("rsa", signing.RSA_PSS_SHA256),
        ("rsa", signing.RSA_PSS_SHA512),
        ("rsa", signing.RSA_SHA256),
        ("rsa", signing.RSA_SHA512),
        ("ec", signing.EC_SHA256),
        ("ec", signing.EC_SHA512),
        ("dsa", signing.DSA_SHA256),
        ("rsa", signing.VERITY_RSA),
        ("ec", signing.VERITY_EC),
        ("dsa", signing.VERITY_DSA),
    ],
)
@pytest.mark.parametrize("scheme", ["v2", "v3"])
def test_every_algorithm_is_believed_and_a_flipped_bit_is_not(kind: str, algorithm: int, scheme: str) -> None:
    """Whatever way a publisher signs, the app is recognised as theirs; one bit of the content, and it is not."""
    own = key(f"{kind} of {scheme}", kind)
    signed = Signed(**{scheme: [Signer(own, [algorithm])]}, align=True).apk(PLAIN)  # type: ignore[arg-type]
    found = judged(signed, 28)
    assert codes(found) == []
    assert found.signing is not None
    assert found.signing.sha256 == (own.sha256,)
    assert found.signing.scheme == found.schemes[0] == scheme
    at = PLAIN.index(b"dexdex")
    assert codes(judged(signed[:at] + b"D" + signed[at + 1 :], 28)) == ["content-changed"]


def test_of_several_algorithms_a_phone_goes_by_the_strongest_it_knows() -> None:
    """Android 7 knows no page hashes; where only those are signed, it believes nobody, and Android 9 does."""
    both = Signed(v2=[Signer(OLD, [signing.RSA_SHA256, signing.VERITY_RSA])], align=True)
    apk = both.apk(PLAIN)
    assert codes(judged(apk, 24, 28)) == []
    pages = Signed(v2=[Signer(OLD, [signing.VERITY_RSA])], align=True).apk(PLAIN)
    assert codes(judged(pages, 24)) == ["algorithm-unsupported"]
    assert codes(judged(pages, 28)) == []


def test_the_weaker_of_two_signatures_is_not_looked_at() -> None:
    """As every phone does, only the strongest signature counts."""
    own = Signer(OLD, [signing.RSA_SHA256, signing.RSA_SHA512])
    content = signing.Zip.of(PLAIN)
    digests = [(one, content.digest(one)) for one in own.algorithms]
    # The signature over the signed part is right for SHA-512 and nonsense for SHA-256.
    whole = signing.signer_block(own, content, is_v3=False)
    (length,) = struct.unpack_from("<I", whole)
    to_sign = whole[4 : 4 + length]
    mixed = [(signing.RSA_SHA256, b"x"), (signing.RSA_SHA512, OLD.sign(signing.RSA_SHA512, to_sign))]
    assert codes(judged(Signed(v2=[replace(own, digests=digests, signatures=mixed)]).apk(PLAIN), 24)) == []


def test_the_salt_of_a_signature_is_as_long_as_its_hash() -> None:
    """RSA-PSS with no salt is another signature than Android makes, and no phone takes it."""
    own = Signer(OLD, [signing.RSA_PSS_SHA256])
    whole = signing.signer_block(own, signing.Zip.of(PLAIN), is_v3=False)
    to_sign = whole[4 : 4 + int.from_bytes(whole[:4], "little")]
    assert isinstance(OLD.private, rsa.RSAPrivateKey)
    unsalted = OLD.private.sign(to_sign, padding.PSS(padding.MGF1(hashes.SHA256()), 0), hashes.SHA256())
    apk = Signed(v2=[replace(own, signatures=[(signing.RSA_PSS_SHA256, unsalted)])]).apk(PLAIN)
    assert codes(judged(apk, 24)) == ["signature-wrong"]


def test_page_hashes_need_page_boundaries() -> None:
    """Android checks such an app page by page; a signature that lies across pages is refused."""
    pages = [Signer(OLD, [signing.VERITY_RSA])]
    assert codes(judged(Signed(v3=pages).apk(PLAIN), 28)) == ["verity-misplaced"]
    content = signing.Zip.of(PLAIN)
    content = replace(content, entries=content.entries.ljust(4096, b"\0"))
    value = signing.scheme_block(pages, content, is_v3=True)
    apk = content.with_block(signing.signing_block([(signing.V3_ID, value)]))
    assert codes(judged(apk, 28)) == ["verity-misplaced"]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"certificate": b""}, "certificate-missing"),
        ({"certificate": b"\x30\x03\x02\x01\x01"}, "certificate-malformed"),
        ({"certificate": NEW.certificate}, "key-not-certified"),
        ({"chain": [b"\x30\x00"]}, "certificate-malformed"),
        ({"public": NEW.public}, "signature-wrong"),
        ({"public": b"\x30\x00"}, "key-malformed"),
        ({"public": key("curve", "ec").public}, "key-malformed"),
        ({"signatures": []}, "no-signatures"),
        ({"signatures": [(0x1234, b"")]}, "algorithm-unsupported"),
        ({"signatures": [(signing.RSA_SHA256, b"")]}, "signature-wrong"),
        ({"digests": [(signing.RSA_SHA256, bytes(32))]}, "content-changed"),
        ({"digests": [(signing.RSA_SHA512, bytes(64))]}, "algorithms-differ"),
        ({"digests": []}, "algorithms-differ"),
    ],
)
@pytest.mark.parametrize("scheme", ["v2", "v3"])
def test_each_way_a_signer_can_be_wrong(changed: dict[str, object], code: str, scheme: str) -> None:
    """Nobody passes for the signer whose certificate, key, signature and digests do not fit together."""
    own = replace(Signer(OLD), **changed)  # type: ignore[arg-type]
    apk = Signed(**{scheme: [own]}).apk(PLAIN)  # type: ignore[arg-type]
    found = judged(apk, 28)
    assert codes(found) == [code]
    assert found.problems[0].scheme == scheme
    assert str(found.problems[0].text)


def test_one_wrong_signer_among_several_is_enough() -> None:
    """Of an app that several signed, all signatures must be right."""
    good, bad = Signer(OLD), Signer(NEW, signatures=[(signing.RSA_SHA256, b"")])
    assert codes(judged(Signed(v2=[good, bad]).apk(PLAIN), 24)) == ["signature-wrong"]
    found = judged(Signed(v2=[good, Signer(NEW)]).apk(PLAIN), 24)
    assert found.signing is not None
    assert found.signing.sha256 == (OLD.sha256, NEW.sha256)


def test_ten_signers_are_the_most() -> None:
    """Android takes ten."""
    assert codes(judged(Signed(v2=[Signer(OLD)] * 10).apk(PLAIN), 24)) == []
    assert codes(judged(Signed(v2=[Signer(OLD)] * 11).apk(PLAIN), 24)) == ["too-many-signers"]


def test_nobody_signed_it() -> None:
    """An app that nobody signed, and one whose signatures stand under ids that no phone knows."""
    assert codes(judged(PLAIN)) == ["unsigned"]
    assert codes(judged(Signed(v2=[Signer(OLD)], ids=(1, 2, 3)).apk(PLAIN))) == ["unsigned"]
    found = judged(Signed(v2=[Signer(OLD)], before=[(7, b"x")], after=[(8, b"")]).apk(PLAIN))
    assert codes(found) == []


def test_of_two_signatures_of_one_scheme_the_first_counts() -> None:
    """A second v2 signature behind the first is passed over, as Android passes over it."""
    content = signing.Zip.of(PLAIN)
    second = (signing.V2_ID, signing.scheme_block([Signer(NEW)], content, is_v3=False))
    found = judged(Signed(v2=[Signer(OLD)], after=[second]).apk(PLAIN), 24)
    assert found.signing is not None
    assert found.signing.sha256 == (OLD.sha256,)


def test_a_newer_signature_that_is_wrong_is_not_made_good_by_an_older_one() -> None:
    """A phone that knows v3 does not fall back to v2; a phone that does not know it never sees it."""
    apk = Signed(v2=[Signer(OLD)], v3=[Signer(OLD, digests=[(signing.RSA_SHA256, bytes(32))])]).apk(PLAIN)
    assert codes(judged(apk, 24)) == []
    assert codes(judged(apk, 28)) == ["content-changed"]
    assert codes(judged(apk, 24, 28)) == ["content-changed"]


def test_a_signature_that_was_cut_out_is_missed() -> None:
    """v2 says that there was a v3 signature; without it Android 9 refuses, Android 8 does not know."""
    protected = Signer(OLD, attributes=[(signing.STRIPPING_ATTRIBUTE, struct.pack("<i", 3))])
    apk = Signed(v2=[protected]).apk(PLAIN)
    assert codes(judged(apk, 27)) == []
    assert codes(judged(apk, 28)) == ["scheme-stripped"]
    assert codes(judged(Signed(v2=[protected], v3=[Signer(OLD)]).apk(PLAIN), 24, 40)) == []
    short = Signer(OLD, attributes=[(signing.STRIPPING_ATTRIBUTE, b"\3")])
    assert codes(judged(Signed(v2=[short]).apk(PLAIN), 24)) == ["attribute-malformed"]


def test_who_signs_depends_on_the_android_version() -> None:
    """An app whose publisher changed keys: old phones see the old key, Android 13 the new one, with its proof."""
    apk = rotated(OLD, NEW).apk(PLAIN)
    for sdk, owner, scheme in ((24, OLD, "v2"), (28, OLD, "v3"), (32, OLD, "v3"), (33, NEW, "v3.1"), (40, NEW, "v3.1")):
        found = judged(apk, sdk)
        assert codes(found) == []
        assert found.signing is not None
        assert found.signing.sha256 == (owner.sha256,)
        assert found.signing.scheme == scheme
        assert [node.sha256 for node in found.lineage] == ([OLD.sha256, NEW.sha256] if owner is NEW else [])
    whole = judged(apk, 24, 2**31 - 1)
    assert whole.schemes == (Scheme.V2, Scheme.V3, Scheme.V3_1)
    assert whole.signing is not None
    assert whole.signing.sha256 == (NEW.sha256,)
    assert whole.lineage[0].capabilities == Capability(23)


def test_a_rotation_from_a_later_android_leaves_earlier_ones_alone() -> None:
    """Keys that change with Android 14: Android 13 finds nothing for itself in v3.1 and goes by v3."""
    apk = rotated(OLD, NEW, sdk=34).apk(PLAIN)
    for sdk, owner in ((33, OLD), (34, NEW)):
        found = judged(apk, sdk)
        assert found.signing is not None
        assert found.signing.sha256 == (owner.sha256,)
        assert (Scheme.V3_1 in found.schemes) == (owner is NEW)
    assert codes(judged(apk, 24, 33)) == []


def test_a_rotation_for_a_preview_waits_for_the_release_after_it() -> None:
    """A v3.1 signer marked for a preview is not for the release that has the same number."""
    old = Signer(OLD, high=34, attributes=[(signing.ROTATION_ATTRIBUTE, struct.pack("<i", 34))])
    new = Signer(NEW, low=34, attributes=[(signing.DEV_RELEASE_ATTRIBUTE, b"")]).with_lineage(OLD, NEW)
    apk = Signed(v3=[old], v31=[new]).apk(PLAIN)
    for sdk, owner in ((34, OLD), (35, NEW)):
        found = judged(apk, sdk)
        assert found.signing is not None
        assert found.signing.sha256 == (owner.sha256,)
    gap = Signed(v3=[replace(old, high=33)], v31=[new]).apk(PLAIN)
    assert codes(judged(gap, 34)) == ["sdk-not-covered"]
    assert codes(judged(gap, 28, 40)) == ["sdk-not-covered"]


def test_a_v3_signature_that_was_cut_loose_from_its_rotation_is_refused() -> None:
    """Taken out, or for another Android version than v3 says: Android 13 notices, older ones do not care."""
    whole = rotated(OLD, NEW)
    cut = replace(whole, v31=()).apk(PLAIN)
    assert codes(judged(cut, 33)) == ["rotation-stripped"]
    assert codes(judged(cut, 32)) == []
    moved = replace(whole, v31=[replace(whole.v31[0], low=34)]).apk(PLAIN)
    assert codes(judged(moved, 34)) == ["rotation-sdk-differs"]
    alone = replace(whole, v2=(), v3=()).apk(PLAIN)
    assert codes(judged(alone, 33)) == ["v3-missing"]
    early = replace(whole, v3=[replace(whole.v3[0], high=31)]).apk(PLAIN)
    assert codes(judged(early, 33)) == ["sdk-not-covered"]
    unprotected = replace(whole, v3=[replace(whole.v3[0], attributes=())]).apk(PLAIN)
    found = judged(unprotected, 33)
    assert codes(found) == []
    assert [one.code for one in found.warnings] == ["rotation-unprotected"]


@pytest.mark.parametrize(
    ("signers", "code"),
    [
        ([Signer(OLD, low=30)], "sdk-not-covered"),
        ([Signer(OLD, high=30)], "sdk-not-covered"),
        ([Signer(OLD, high=29), Signer(OLD, low=31)], "sdk-ranges-apart"),
        ([Signer(OLD, high=30), Signer(OLD, low=30)], "sdk-ranges-apart"),
        ([Signer(OLD), Signer(NEW)], "sdk-ranges-apart"),
        ([Signer(OLD, low=30, high=29)], "sdk-range-invalid"),
        ([Signer(OLD, low=-1)], "sdk-range-invalid"),
        ([Signer(OLD, outer_range=(28, 40))], "sdk-range-contradicts"),
        ([Signer(NEW, high=30).with_lineage(OLD, NEW), Signer(NEW, low=31).with_lineage(NEW)], "lineages-inconsistent"),
        ([Signer(NEW, high=30).with_lineage(OLD, NEW), Signer(NEW, low=31).with_lineage(THIRD, NEW)],
         "lineages-inconsistent"),
    ],
)  # fmt: skip
def test_signers_for_android_versions_must_fit_together(signers: list[Signer], code: str) -> None:
    """Gaps, overlaps, contradicting ranges and lineages are refused."""
    assert code in codes(judged(Signed(v3=signers).apk(PLAIN), 28, 40))


def test_signers_for_older_and_newer_versions() -> None:
    """Two v3 signers that follow each other without a gap: each phone has its own."""
    apk = Signed(v3=[Signer(OLD, high=30), Signer(NEW, low=31).with_lineage(OLD, NEW)]).apk(PLAIN)
    for sdk, owner in ((30, OLD), (31, NEW)):
        found = judged(apk, sdk)
        assert codes(found) == []
        assert found.signing is not None
        assert found.signing.sha256 == (owner.sha256,)
    assert codes(judged(apk, 28, 40)) == []


def test_older_and_newer_signatures_must_be_by_the_same_signer() -> None:
    """v2 by one, v3 by another without a proof of rotation: whoever looks at both refuses."""
    apk = Signed(v2=[Signer(OLD)], v3=[Signer(NEW)]).apk(PLAIN)
    assert codes(judged(apk, 24, 28)) == ["schemes-disagree"]
    assert codes(judged(apk, 28)) == []
    proven = Signed(v2=[Signer(OLD)], v3=[Signer(NEW).with_lineage(OLD, NEW)]).apk(PLAIN)
    assert codes(judged(proven, 24, 28)) == []
    late = Signed(v2=[Signer(NEW)], v3=[Signer(NEW).with_lineage(OLD, NEW)]).apk(PLAIN)
    assert codes(judged(late, 24, 28)) == ["schemes-disagree"]
    several = Signed(v2=[Signer(OLD), Signer(NEW)], v3=[Signer(OLD)]).apk(PLAIN)
    assert codes(judged(several, 24, 28)) == ["too-many-past-signers"]


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (b"", "lineage-malformed"),
        (struct.pack("<i", 1), "lineage-malformed"),
        (signing.lineage(OLD, NEW, version=2), "lineage-malformed"),
        (signing.lineage(OLD, NEW)[:-3], "lineage-malformed"),
        (signing.lineage(OLD, NEW, named=0x9999), "lineage-malformed"),
        (signing.lineage(OLD, NEW, named=signing.RSA_SHA512), "lineage-wrong"),
        (signing.lineage(OLD, NEW, signed_as=signing.RSA_SHA512), "lineage-wrong"),
        (signing.lineage(NEW, OLD), "lineage-not-signer"),
        (signing.lineage(OLD, NEW, OLD, NEW), "lineage-wrong"),
        (signing.lineage(OLD, THIRD, NEW, impostor=THIRD), "lineage-wrong"),
    ],
)  # fmt: skip
def test_a_proof_of_rotation_that_proves_nothing(value: bytes, code: str) -> None:
    """Nobody becomes the successor of a publisher who did not sign for that."""
    apk = Signed(v3=[Signer(NEW, attributes=[(signing.LINEAGE_ATTRIBUTE, value)])]).apk(PLAIN)
    assert codes(judged(apk, 28)) == [code]


@pytest.mark.parametrize("flags", [0, 1, 8, 16, 23, 31])
def test_capabilities_are_read_as_they_were_given(flags: int) -> None:
    """What an earlier signer may still do is what the publisher left to them."""
    apk = Signed(v3=[Signer(NEW).with_lineage(OLD, NEW, flags=flags)]).apk(PLAIN)
    found = judged(apk, 28)
    assert [node.capabilities for node in found.lineage] == [Capability(flags)] * 2


def test_v1_and_v2_must_be_by_the_same_signer() -> None:
    """An old phone would see one signer, a newer one another: refused where both are asked about."""
    by_v1 = make_apk(keys=(made_key("first"),), schemes=("v1",), min_sdk=21).read_bytes()
    apk = Signed(v2=[Signer(OLD)]).apk(by_v1)
    assert codes(judged(apk, 23, 24)) == ["schemes-disagree"]
    assert codes(judged(apk, 24)) == []
    assert codes(judged(apk, 23)) == []


def test_a_v2_signature_that_was_cut_out_is_missed_by_v1() -> None:
    """`X-Android-APK-Signed` names it; Android 7 looks for it, Android 6 does not know it."""
    whole = make_apk(keys=(made_key("first"),), schemes=("v1", "v2"), min_sdk=21).read_bytes()
    apk = signing.Zip.of(whole).with_block(b"")
    assert codes(judged(whole, 21, 30)) == []
    assert codes(judged(apk, 23)) == []
    assert codes(judged(apk, 24)) == ["scheme-stripped"]


@pytest.mark.parametrize(
    ("changes", "sdk", "code"),
    [
        ({"target_sdk": 30}, 30, "target-sdk-needs-v2"),
        ({"target_sdk": 34}, 30, "target-sdk-needs-v2"),
        ({"target_sdk": None, "target_codename": "Baklava"}, 30, None),
        ({"target_sdk": 30}, 29, None),
        ({"target_sdk": 29}, 30, None),
        ({"target_sandbox_version": 2}, 26, "sandbox-needs-v2"),
        ({"target_sandbox_version": 2}, 25, None),
    ],
)
def test_what_the_manifest_demands(changes: dict[str, object], sdk: int, code: str | None) -> None:
    """Android 11 wants v2 or newer of apps made for it, Android 8 of those with a strict sandbox; v1 does not do.

    A codename as target is taken for the least version that the app is for, as apksig does.
    """
    manifest = replace(MANIFEST, **changes)  # type: ignore[arg-type]
    by_v1 = make_apk(keys=(made_key("first"),), schemes=("v1",), min_sdk=21).read_bytes()
    assert codes(judged(by_v1, sdk, manifest=manifest)) == ([code] if code else [])
    assert codes(judged(Signed(v2=[Signer(OLD)]).apk(PLAIN), sdk, manifest=manifest)) == []


def test_the_range_is_the_manifests_where_none_is_given() -> None:
    """Without --sdk, all phones that the app says it runs on are meant; so Android 6 finds no signature of its own."""
    source = BytesSource(Signed(v2=[Signer(OLD)]).apk(PLAIN))
    container = open_container(source)
    assert codes(verify(source, container, MANIFEST)) == []
    assert codes(verify(source, container, replace(MANIFEST, min_sdk=23))) == ["v1-missing"]
    assert codes(verify(source, container, replace(MANIFEST, min_sdk=None, min_codename="Tiramisu"))) == []
    assert codes(verify(source, container, replace(MANIFEST, min_sdk=None, min_codename="Nougat"))) == ["v1-missing"]
    assert codes(verify(source, container, replace(MANIFEST, min_sdk=None, min_codename="?"))) == ["codename-unknown"]
    assert codes(verify(source, container, MANIFEST, SdkRange(30, 29))) == ["sdk-range-empty"]
