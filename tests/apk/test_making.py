"""The apps that the other tests judge are what they say they are, by the reference tools."""

import subprocess
import zipfile

import pytest

from tests.apk.making import DEFAULT_CAPABILITIES, ROLLBACK, Rotation, key, make_apk
from tests.tools import apksig

OLD, NEW = key("old", "ec-p256"), key("new", "ec-p256")


def test_an_app_has_the_manifest_that_was_asked_for() -> None:
    """aapt reads back what was written."""
    apk = make_apk(
        "org.example.diary",
        version_code=(3 << 32) + 7,
        version_name="7.1 & more",
        min_sdk=24,
        target_sdk=33,
        debuggable=True,
        test_only=True,
        permissions=("org.example.diary.READ",),
        abis=("arm64-v8a", "x86_64"),
        shared_user_id="org.example.family",
    )
    said = subprocess.run(["aapt", "dump", "badging", apk], check=True, capture_output=True, text=True).stdout
    assert "package: name='org.example.diary' versionCode='7' versionName='7.1 & more'" in said
    assert "sdkVersion:'24'" in said
    assert "targetSdkVersion:'33'" in said
    assert "application-debuggable" in said
    assert "testOnly='-1'" in said
    assert "native-code: 'arm64-v8a' 'x86_64'" in said
    xmltree = ["aapt", "dump", "xmltree", str(apk), "AndroidManifest.xml"]
    tree = subprocess.run(xmltree, check=True, capture_output=True, text=True).stdout
    assert "versionCodeMajor(0x01010576)=(type 0x10)0x3" in tree
    assert '"org.example.family"' in tree
    assert '"org.example.diary.READ"' in tree


@pytest.mark.parametrize("schemes", [("v1",), ("v2",), ("v3",), ("v1", "v2", "v3"), ("v2", "v3", "v4")])
def test_an_app_is_signed_with_the_schemes_that_were_asked_for(schemes: tuple[str, ...]) -> None:
    """apksigner finds each of them, and no other."""
    min_sdk = 28 if schemes == ("v3",) else 24
    apk = make_apk(min_sdk=min_sdk, target_sdk=29, schemes=schemes, keys=(NEW,))
    idsig = apk.with_name(apk.name + ".idsig")
    # What a newer scheme makes needless is not looked at: each is asked for the phones that read it.
    found = {
        scheme
        for low, high in ((18, 18), (24, 27), (28, None))
        for scheme in apksig.verify(apk, low, high, idsig if idsig.exists() else None).schemes
    }
    assert found == set(schemes)
    assert apksig.verify(apk).signers == (NEW.sha256,)


@pytest.mark.parametrize("flags", [DEFAULT_CAPABILITIES, DEFAULT_CAPABILITIES | ROLLBACK, 0, 1])
def test_a_rotation_has_the_capabilities_that_were_asked_for(flags: int) -> None:
    """apksigner reads the proof back."""
    answer = apksig.verify(make_apk(min_sdk=28, rotation=Rotation((OLD, NEW), (flags,)), schemes=("v2", "v3")))
    assert answer.verified
    assert answer.lineage[0] == (OLD.sha256, flags)
    assert answer.lineage[1][0] == NEW.sha256


@pytest.mark.parametrize(
    "kind", ["rsa-1024", "rsa-2048", "rsa-4096", "ec-p256", "ec-p384", "ec-p521", "dsa-1024", "dsa-2048"]
)
def test_every_kind_of_key_signs(kind: str) -> None:
    """An app signed with it verifies."""
    assert apksig.verify(make_apk(keys=(key(kind=kind),), schemes=("v1", "v2"))).verified


def test_several_signers_sign_together() -> None:
    """Both are found."""
    answer = apksig.verify(make_apk(keys=(OLD, NEW), schemes=("v1", "v2")))
    assert answer.verified
    assert set(answer.signers) == {OLD.sha256, NEW.sha256}


def test_a_certificate_can_be_made_anew_over_the_same_key() -> None:
    """To Android that is another signer."""
    first, second = key("old", "ec-p256"), key("old", "ec-p256", certificate=1)
    assert first.sha256 != second.sha256
    assert first.pkcs8.read_bytes() == second.pkcs8.read_bytes()


def test_an_app_can_be_left_unsigned() -> None:
    """apksigner finds no signature, and the entries are there."""
    apk = make_apk(keys=(), files={"a": b"b"})
    assert not apksig.verify(apk).verified
    assert zipfile.ZipFile(apk).namelist() == ["AndroidManifest.xml", "a"]


def test_a_failure_of_the_tool_is_told() -> None:
    """What apksigner wrote is in the error, and the next job works."""
    with pytest.raises(apksig.ApksigError, match="no-such-file"):
        apksig.tool("sign", "--key", "no-such-file", "--cert", "no-such-file", "--in", "x", "--out", "y")
    assert apksig.verify(make_apk()).verified
