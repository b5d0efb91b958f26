"""Real files, made as developers make them (aapt, apksigner), judged one over the other, as on a computer."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

import pytest

from phoneward.apk.bundle import open_app
from phoneward.updates import Device, Judgement, NoBaseError, Verdict, installed_from, judge
from tests.apk.making import (
    AUTH,
    DEFAULT_CAPABILITIES,
    INSTALLED_DATA,
    PERMISSION,
    ROLLBACK,
    SHARED_USER_ID,
    Facts,
    Key,
    Rotation,
    key,
    make_apk,
)
from tests.updates.rules.fakes import codes

FIRST, SECOND, THIRD = key("first"), key("second"), key("third")
KEEPS, REFUSED, WIPES, UNDECIDED = Verdict.KEEPS, Verdict.REFUSED, Verdict.WIPES, Verdict.UNDECIDED


def judged(old: Path | Sequence[Path], new: Path | Sequence[Path], sdk: int = 34) -> Judgement:
    phone = Device(sdk=sdk)
    with open_app(_all(old)) as before, open_app(_all(new)) as after:
        return judge(installed_from(before, phone), after, phone)


def _all(paths: Path | Sequence[Path]) -> Sequence[Path]:
    return [paths] if isinstance(paths, Path) else list(paths)


def rotated(*keys: Key, may: tuple[int, ...] = (), **facts: Unpack[Facts]) -> Path:
    facts.setdefault("version_code", 2)
    return make_apk(keys=keys, rotation=Rotation(keys, may), schemes=("v1", "v2", "v3"), **facts)


def test_an_update_of_the_same_signer_keeps_the_data() -> None:
    """What a person wants to hear, and hears for an ordinary update."""
    said = judged(make_apk(version_code=1), make_apk(version_code=2))
    assert (said.verdict, "signer-same" in codes(said)) == (KEEPS, True)


def test_the_first_incident() -> None:
    """A higher version, signed with another key: only possible by wiping, and the prompt's trick is told."""
    said = judged(make_apk(version_code=1), make_apk(version_code=2, keys=(SECOND,)))
    assert said.verdict is WIPES
    assert codes(said) >= {"signer-differs", "reinstall-deletes", "keep-data-locks"}


def test_the_same_key_in_a_new_certificate_is_another_signer() -> None:
    """Android compares certificates, byte for byte."""
    said = judged(make_apk(version_code=1), make_apk(version_code=2, keys=(key("first", certificate=1),)))
    assert said.verdict is WIPES


@pytest.mark.parametrize("sdk", [23, 27, 28, 30, 33, 34])
@pytest.mark.parametrize("may", [DEFAULT_CAPABILITIES, INSTALLED_DATA, DEFAULT_CAPABILITIES & ~INSTALLED_DATA, AUTH])
def test_a_rotation_keeps_the_data_where_it_may(may: int, sdk: int) -> None:
    """From Android 9 on the newer certificate counts, and needs that right; before, the older one counts."""
    said = judged(make_apk(version_code=1), rotated(FIRST, SECOND, may=(may,)), sdk)
    assert said.verdict is (KEEPS if sdk < 28 or may & INSTALLED_DATA else WIPES)


@pytest.mark.parametrize("may", [DEFAULT_CAPABILITIES, DEFAULT_CAPABILITIES | ROLLBACK])
def test_back_to_the_older_certificate(may: int) -> None:
    """After a rotation the old certificate comes back only where that was allowed."""
    old = rotated(FIRST, SECOND, may=(may,), version_code=1)
    said = judged(old, make_apk(version_code=2))
    assert said.verdict is (KEEPS if may & ROLLBACK else WIPES)
    assert ("signer-rolled-back" if may & ROLLBACK else "signer-older") in codes(said)


def test_rotations_that_lead_apart() -> None:
    """Two successors of one certificate do not know each other."""
    said = judged(rotated(FIRST, SECOND, version_code=1), rotated(FIRST, THIRD, version_code=2))
    assert (said.verdict, "signer-diverged" in codes(said)) == (WIPES, True)


def test_several_signers_are_a_set() -> None:
    """In any order, and all of them."""
    both = make_apk(version_code=1, keys=(FIRST, SECOND), schemes=("v1", "v2"))
    turned = make_apk(version_code=2, keys=(SECOND, FIRST), schemes=("v1", "v2"))
    assert judged(both, turned).verdict is KEEPS
    assert judged(both, make_apk(version_code=2)).verdict is WIPES


def test_an_older_version() -> None:
    """A downgrade of an ordinary app goes only over its data's dead body; of a debuggable one with `-d`."""
    assert judged(make_apk(version_code=3), make_apk(version_code=2)).verdict is WIPES
    assert judged(make_apk(version_code=3, debuggable=True), make_apk(version_code=2)).verdict is REFUSED


def test_a_file_that_was_changed_after_signing(tmp_path: Path) -> None:
    """One byte of somebody else's: refused, whatever else it says; as the installed app: nothing is promised."""
    whole = make_apk(version_code=2, schemes=("v2", "v3"))
    with zipfile.ZipFile(whole) as opened:
        code = opened.getinfo("classes.dex").header_offset
    data = bytearray(whole.read_bytes())
    data[code + 60] ^= 1
    broken = tmp_path / "broken.apk"
    broken.write_bytes(data)
    good = make_apk(version_code=1)
    assert judged(good, broken).verdict is REFUSED
    said = judged(broken, make_apk(version_code=3))
    assert (said.verdict, "signer-unknown" in codes(said)) == (UNDECIDED, True)


def test_a_v1_only_app_for_android_11() -> None:
    """Made for Android 11 and signed only the oldest way: refused on Android 11 and later, taken before."""
    old = make_apk(version_code=1, target_sdk=30)
    new = make_apk(version_code=2, target_sdk=30, schemes=("v1",))
    assert judged(old, new, 30).verdict is REFUSED
    assert judged(old, new, 29).verdict is KEEPS


def test_marks_in_the_manifest() -> None:
    """Test-only, too new an Android, another app."""
    old = make_apk(version_code=1)
    assert judged(old, make_apk(version_code=2, test_only=True)).verdict is REFUSED
    assert judged(old, make_apk(version_code=2, min_sdk=99)).verdict is REFUSED
    said = judged(old, make_apk("org.example.other", version_code=2))
    assert (said.verdict, "another-app" in codes(said)) == (REFUSED, True)


def test_native_libraries_do_not_decide_between_two_files() -> None:
    """Two files say nothing of a phone's processor: a note, and the data stays."""
    said = judged(make_apk(version_code=1), make_apk(version_code=2, abis=("x86",)))
    assert (said.verdict, "abi-not-looked-at" in codes(said)) == (KEEPS, True)


def test_permissions_do_not_decide_between_two_files() -> None:
    """Two files say nothing of the other apps on a phone: a note, and the data stays."""
    own = ("org.example.CALL",)
    said = judged(make_apk(version_code=1, permissions=own), make_apk(version_code=2, permissions=own))
    assert (said.verdict, "permission-owner-unknown" in codes(said)) == (KEEPS, True)


def test_shared_user_ids() -> None:
    """Joining, leaving or changing a shared user id is no update; a rotation within one is."""
    alone, shared = make_apk(version_code=1), make_apk(version_code=2, shared_user_id="org.example.shared")
    assert judged(alone, shared).verdict is WIPES
    old = make_apk(version_code=1, shared_user_id="org.example.shared")
    assert judged(old, shared).verdict is KEEPS
    may = INSTALLED_DATA | SHARED_USER_ID | PERMISSION
    said = judged(old, rotated(FIRST, SECOND, may=(may,), shared_user_id="org.example.shared"))
    assert (said.verdict, "shared-user-not-looked-at" in codes(said)) == (KEEPS, True)


def test_an_app_in_parts() -> None:
    """Parts replace the whole set; those that are gone are named; a part alone is added to the same version."""
    base, german = make_apk(version_code=1), make_apk(version_code=1, split="config.de")
    said = judged((base, german), make_apk(version_code=2))
    assert (said.verdict, "parts-dropped" in codes(said)) == (KEEPS, True)
    said = judged(base, german)
    assert (said.verdict, "parts-added" in codes(said)) == (KEEPS, True)
    assert judged(base, make_apk(version_code=2, split="config.de")).verdict is REFUSED
    other = make_apk(version_code=2, split="config.de", keys=(SECOND,))
    said = judged(base, (make_apk(version_code=2), other))
    assert (said.verdict, "parts-of-several-signers" in codes(said)) == (REFUSED, True)


def test_parts_alone_are_no_installed_app() -> None:
    """What is taken for the installed app must have its main file; the person is told what to give."""
    with (
        open_app([make_apk(version_code=1, split="config.de")]) as parts,
        pytest.raises(NoBaseError, match="main file"),
    ):
        installed_from(parts, Device(sdk=34))
