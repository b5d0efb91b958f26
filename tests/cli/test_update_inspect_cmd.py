"""`update inspect`: who signed a file, and would a phone believe it; in plain words, as JSON, by exit code."""

import shutil
import zipfile
from pathlib import Path

import pytest

from tests.apk import signer as signing
from tests.apk.making import Rotation, key, make_apk
from tests.apk.signer import RSA_SHA256, Signed, Signer, rotated
from tests.cli.program import Program

FIRST, SECOND = key("first"), key("second")
OLD, NEW = signing.key("old"), signing.key("new")
NOTES = make_apk(keys=(FIRST,), min_sdk=24)


@pytest.fixture
def changed(tmp_path: Path) -> Path:
    """An app of which one byte was changed after it was signed."""
    place = tmp_path / "changed.apk"
    data = bytearray(NOTES.read_bytes())
    data[data.index(b"classes.dex") + 40] ^= 1
    place.write_bytes(data)
    return place


def own(place: Path, how: Signed) -> Path:
    """An app that is signed by the tests' own signer."""
    place.write_bytes(how.apk(make_apk(keys=(), min_sdk=24).read_bytes()))
    return place


def test_a_genuine_app_is_said_to_be_one_and_by_whom(program: Program) -> None:
    ran = program.run("update", "inspect", str(NOTES))
    assert ran.code == 0, ran.stderr
    lines = ran.stdout.splitlines()
    assert lines[0] == f"{NOTES}: it is unchanged since it was signed, and phones accept its signature."
    assert "  App: org.example.notes, version 1.0 (1)" in lines
    assert "  For: Android API level 24 and later" in lines
    assert f"  Signer's certificate, SHA-256: {FIRST.sha256}" in lines


def test_json_says_it_in_one_line_a_file(program: Program, changed: Path) -> None:
    ran = program.run("update", "inspect", "--json", str(NOTES), str(changed))
    assert ran.code == 4
    good, bad = ran.documents
    assert (good["file"], good["verified"], good["sdk"]) == (str(NOTES), True, None)
    assert (good["schemes"], good["signers"], good["lineage"]) == (["v2", "v3"], [FIRST.sha256], [])
    assert (good["package"], good["min_sdk"], good["max_sdk"], good["reasons"]) == ("org.example.notes", 24, None, [])
    assert (bad["verified"], bad["signers"], bad["schemes"]) == (False, [], [])
    assert [reason["code"] for reason in bad["reasons"]] == ["content-changed"]
    assert "changed afterwards" in bad["reasons"][0]["text"]


def test_a_changed_app_is_refused_and_the_next_step_is_said(program: Program, changed: Path) -> None:
    ran = program.run("update", "inspect", str(changed))
    assert ran.code == 4
    first, why, advice = ran.stdout.splitlines()
    assert first == f"{changed}: a phone would not accept this file."
    assert "It is not what was signed" in why
    assert advice == "Do not install it. Get the file again from where the app's publisher offers it."


def test_which_signer_it_is_depends_on_the_phone(program: Program, tmp_path: Path) -> None:
    """The old key for Android 12, the new one for 13; `--sdk` says which is meant."""
    apk = own(tmp_path / "rotated.apk", rotated(OLD, NEW))
    for sdk, owner, lineage in ((32, OLD, []), (33, NEW, [OLD.sha256, NEW.sha256])):
        found = program.run("update", "inspect", "--json", "--sdk", str(sdk), str(apk)).document
        assert (found["sdk"], found["min_sdk"], found["max_sdk"]) == (sdk, sdk, sdk)
        assert (found["signers"], found["lineage"]) == ([owner.sha256], lineage)
    whole = program.run("update", "inspect", "--json", "--min-sdk", "30", "--max-sdk", "33", str(apk)).document
    assert (whole["verified"], whole["sdk"], whole["min_sdk"], whole["max_sdk"]) == (True, None, 30, 33)
    assert whole["schemes"] == ["v3", "v3.1"]
    said = program.run("update", "inspect", "--max-sdk", "33", str(apk)).stdout
    assert "For: Android API levels 24 to 33" in said
    assert f"Earlier signer: {OLD.sha256}; may still: installed-data, shared-user-id, permission, auth" in said


def test_what_earlier_signers_may_still_do(program: Program) -> None:
    """A rotation by apksigner that takes everything from the old key but rolling back."""
    apk = make_apk(rotation=Rotation((FIRST, SECOND), (8,)), schemes=("v2", "v3"), min_sdk=28)
    found = program.run("update", "inspect", "--json", "--sdk", "30", str(apk)).document
    assert found["lineage"] == [FIRST.sha256, SECOND.sha256]
    assert found["capabilities"][0] == ["rollback"]
    assert found["signers"] == [SECOND.sha256]


def test_the_v4_signature_beside_it_counts(program: Program, tmp_path: Path) -> None:
    apk = own(tmp_path / "app.apk", Signed(v3=[Signer(OLD)]))
    digest = signing.Zip.of(apk.read_bytes()).digest(RSA_SHA256)
    beside = tmp_path / "app.apk.idsig"
    beside.write_bytes(signing.idsig(apk.read_bytes(), OLD, digest))
    found = program.run("update", "inspect", "--json", "--sdk", "30", str(apk)).document
    assert found["schemes"] == ["v3", "v4"]
    beside.write_bytes(signing.idsig(apk.read_bytes(), NEW, digest))
    ran = program.run("update", "inspect", "--json", "--sdk", "30", str(apk))
    assert ran.code == 4
    assert [reason["code"] for reason in ran.document["reasons"]] == ["v4-other-signer"]


def test_each_apk_of_a_bundle_is_looked_at(program: Program, tmp_path: Path) -> None:
    """All parts by one signer; and one part slipped in by another."""
    ours = make_apk(keys=(FIRST,), min_sdk=24, split="config.xxhdpi")
    theirs = make_apk(keys=(SECOND,), min_sdk=24, split="config.xxhdpi")
    for name, part, code in (("good.apks", ours, 0), ("bad.xapk", theirs, 4)):
        with zipfile.ZipFile(tmp_path / name, "w") as bundle:
            bundle.write(NOTES, "base.apk")
            bundle.write(part, "split_config.xxhdpi.apk")
            bundle.writestr("info.json", "{}")
        ran = program.run("update", "inspect", "--json", str(tmp_path / name))
        assert ran.code == code
        found = ran.document
        assert found["bundle"] is True
        assert [apk["split"] for apk in found["apks"]] == ["", "config.xxhdpi"]
        assert all(apk["verified"] for apk in found["apks"])
        assert found["signers"] == ([FIRST.sha256] if code == 0 else [])
        assert [reason["code"] for reason in found["reasons"]] == ([] if code == 0 else ["signers-differ"])
    said = program.run("update", "inspect", str(tmp_path / "good.apks")).stdout
    assert "it holds 2 APKs of one app" in said
    assert "Parts: " in said


@pytest.mark.parametrize("content", [b"", b"text", b"PK\x05\x06" + bytes(18), signing.plain_zip()])
def test_what_is_no_app_is_said_to_be_none(program: Program, tmp_path: Path, content: bytes) -> None:
    """A reason in words, exit code 4, no traceback."""
    place = tmp_path / "letter.apk"
    place.write_bytes(content)
    ran = program.run("update", "inspect", "--json", str(place))
    assert (ran.code, ran.stderr) == (4, "")
    assert ran.document["verified"] is False
    assert ran.document["reasons"][0]["text"]


def test_a_program_hidden_in_front_of_an_app_is_found(program: Program, tmp_path: Path) -> None:
    """Janus: apksigner says verified, phones refuse it."""
    apk = Path(shutil.copy(NOTES, tmp_path / "janus.apk"))
    data = apk.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    offset = int.from_bytes(data[end + 16 : end + 20], "little")
    prefix = b"dex\n035\0" + bytes(4088)
    apk.write_bytes(prefix + data[: end + 16] + (offset + 4096).to_bytes(4, "little") + data[end + 20 :])
    found = program.run("update", "inspect", "--json", str(apk)).document
    assert (found["verified"], found["reasons"][0]["code"]) == (False, "janus")


def test_a_file_that_cannot_be_read_is_a_failure(program: Program, tmp_path: Path) -> None:
    """The others are looked at all the same."""
    ran = program.run("update", "inspect", "--json", str(tmp_path / "none.apk"), str(NOTES))
    assert ran.code == 1
    missing, good = ran.documents
    assert (missing["verified"], missing["readable"]) == (False, False)
    assert missing["reasons"][0]["code"] == "apk-unreadable"
    assert good["verified"]
    assert "could not be looked at" in program.run("update", "inspect", str(tmp_path / "none.apk")).stdout


def test_contradicting_options_are_a_usage_error(program: Program) -> None:
    assert program.run("update", "inspect", "--sdk", "30", "--min-sdk", "28", str(NOTES)).code == 2
    assert program.run("update", "inspect", "--sdk", "0", str(NOTES)).code == 2
    assert program.run("update", "inspect").code == 2
    ran = program.run("update", "inspect", "--json", "--min-sdk", "30", "--max-sdk", "29", str(NOTES))
    assert (ran.code, ran.document["reasons"][0]["code"]) == (4, "sdk-range-empty")
