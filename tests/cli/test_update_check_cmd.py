"""`phoneward update check` as it is typed: the answer before anything is installed, against files and a snapshot."""

import json
import os
import zipfile
from pathlib import Path

import pytest

from tests.apk.making import INSTALLED_DATA, Rotation, copy_of, key, make_apk
from tests.cli.program import Program, Ran

NOTES = "org.example.notes"


def against(program: Program, old: Path, new: Path, *words: str | Path, sdk: int = 34) -> Ran:
    return program.run("update", "check", "--installed", old, "--sdk", str(sdk), *words, new)


def verdict(program: Program, old: Path, new: Path, sdk: int = 34) -> tuple[str, int]:
    ran = against(program, old, new, "--json", sdk=sdk)
    assert ran.stderr == ""
    return ran.document["verdict"], ran.code


def test_the_accepted_form(program: Program) -> None:
    """One JSON line: the verdict, and every reason with its code and its sentence."""
    old, new = make_apk(NOTES), make_apk(NOTES, version_code=2)
    ran = against(program, old, new, "--json")
    assert (ran.code, ran.stderr) == (0, "")
    document = ran.document
    assert document["verdict"] == "keeps"
    assert {(bool(reason["code"]), bool(reason["text"])) for reason in document["reasons"]} == {(True, True)}
    assert document["signers"] == document["installed"]["signers"] == [key().sha256]
    assert (document["sdk"], document["version_code"], document["package"]) == (34, 2, NOTES)
    assert document["stakes"] is None


def test_verdicts_and_what_the_program_ends_with(program: Program) -> None:
    old = make_apk(NOTES, version_code=5)
    stranger = key("stranger")
    assert verdict(program, old, make_apk(NOTES, version_code=6)) == ("keeps", 0)
    assert verdict(program, old, make_apk(NOTES, version_code=6, keys=(stranger,))) == ("wipes", 4)
    assert verdict(program, old, make_apk(NOTES, version_code=4)) == ("wipes", 4)
    assert verdict(program, old, make_apk(NOTES, version_code=6, min_sdk=33), sdk=30) == ("refused", 4)
    assert verdict(program, old, make_apk(NOTES, version_code=6, test_only=True)) == ("refused", 4)
    assert verdict(program, old, make_apk("org.example.other", version_code=6)) == ("refused", 4)
    rotated = Rotation((key(), stranger))
    assert verdict(program, old, make_apk(NOTES, version_code=6, rotation=rotated)) == ("keeps", 0)
    revoked = Rotation((key(), stranger), (~INSTALLED_DATA & 31,))
    assert verdict(program, old, make_apk(NOTES, version_code=6, rotation=revoked))[0] in {"wipes", "keeps"}


def test_the_first_line_is_the_answer_and_the_rest_is_a_step_away(program: Program) -> None:
    old, new = make_apk(NOTES), make_apk(NOTES, version_code=2, keys=(key("stranger"),))
    first, what_to_do, why, *_rest = against(program, old, new).stdout.splitlines()
    assert first == f"This update of {NOTES} can only be installed by deleting {NOTES} with everything in it."
    assert "Do not install it" in what_to_do
    assert "signed by somebody else" in why
    plain = against(program, old, new).stdout
    assert "signer-differs" not in plain
    assert "--details" in plain
    told = against(program, old, new, "--details").stdout
    assert told.splitlines()[0] == first
    for said in ("signer-differs", "SigningDetails.java", "INSTALL_FAILED_UPDATE_INCOMPATIBLE", key().sha256):
        assert said in told


def test_in_chinese(program: Program) -> None:
    old, new = make_apk(NOTES), make_apk(NOTES, version_code=2, keys=(key("stranger"),))
    chinese = against(program, old, new, "--lang", "zh_CN", "--details").stdout
    assert chinese.startswith(f"{NOTES}的这个更新只有先删除{NOTES}和里面的所有内容才能安装")
    for english in ("Verdict", "Installed:", "Update:", "signed by 2"):
        assert english not in chinese


def test_parts_of_the_installed_app_are_given_one_by_one_or_as_a_bundle(program: Program, tmp_path: Path) -> None:
    """The installed app has two parts; an update without them is looked at as such, whichever way they are given."""
    base = make_apk(NOTES)
    part = make_apk(NOTES, split="config.en", files={"res/raw/x": b"x"})
    new = make_apk(NOTES, version_code=2)
    one_by_one = program.run("update", "check", "--installed", base, "--installed", part, "--sdk", "34", "--json", new)
    assert one_by_one.code == 0, one_by_one.stdout
    bundle = tmp_path / "old.apks"
    with zipfile.ZipFile(bundle, "w") as made:
        made.write(base, "base.apk")
        made.write(part, "split_config.en.apk")
    folder = tmp_path / "set"
    copy_of(base, folder, "base.apk")
    copy_of(part, folder, "split.apk")
    for old in (bundle, folder):
        told = against(program, old, new, "--json").document
        assert told["verdict"] == "keeps"
        assert told["reasons"] == one_by_one.document["reasons"]
    assert against(program, base, folder, "--json").document["verdict"] == "keeps"


def test_several_files_end_with_the_worst(program: Program) -> None:
    old, good = make_apk(NOTES), make_apk(NOTES, version_code=2)
    bad = make_apk(NOTES, version_code=2, keys=(key("stranger"),))
    ran = against(program, old, good, "--json", bad, Path("/nowhere.apk"))
    assert [told["verdict"] for told in ran.documents] == ["wipes", "undecided", "keeps"]
    assert ran.code == 4
    assert against(program, old, good, Path("/nowhere.apk")).code == 1
    text = against(program, old, good, bad).stdout
    assert str(bad) in text
    assert str(good) in text


@pytest.mark.parametrize(
    "make",
    [
        lambda _whole: b"",
        lambda _whole: b"<html>404</html>",
        lambda _whole: os.urandom(5000),
        lambda whole: whole[: len(whole) // 2],
        lambda whole: whole[:-1],
        lambda whole: b"dex\n035\0" + whole,
        lambda whole: whole.replace(b"Dear", b"Dead", 1) if b"Dear" in whole else whole[:100] + b"!" + whole[101:],
        lambda whole: whole[:-22] + b"PK\5\6" + b"\0\0" * 4 + b"\xff" * 8 + b"\0\0",
    ],
    ids=["empty", "a-page", "noise", "cut", "last-byte", "janus", "changed", "fake-end"],
)
def test_a_file_that_is_no_sound_app_is_never_kept_for_one(program: Program, tmp_path: Path, make: object) -> None:
    whole = make_apk(NOTES, version_code=2).read_bytes()
    file = tmp_path / "new.apk"
    file.write_bytes(make(whole))  # type: ignore[operator]
    ran = against(program, make_apk(NOTES), file, "--json")
    assert ran.document["verdict"] in {"refused", "undecided"}
    assert ran.code in {1, 4}
    text = against(program, make_apk(NOTES), file)
    assert "Traceback" not in text.stdout + text.stderr
    assert text.stderr == ""
    assert text.stdout.splitlines()[0].endswith(".")


def test_a_bomb_is_one_sentence(program: Program, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.apk"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as made, made.open("AndroidManifest.xml", "w") as manifest:
        for _piece in range(300):
            manifest.write(bytes(1 << 20))
    ran = against(program, make_apk(NOTES), bomb, "--json")
    assert ran.document["verdict"] in {"refused", "undecided"}
    assert ran.code in {1, 4}


def test_an_installed_app_that_cannot_be_read_decides_nothing(program: Program, tmp_path: Path) -> None:
    (tmp_path / "old.apk").write_bytes(b"no app")
    ran = against(program, tmp_path / "old.apk", make_apk(NOTES), "--json")
    assert ran.code == 1
    assert ran.stdout == ""
    assert ran.complaint["exit_code"] == 1
    unsigned = make_apk(NOTES, keys=())
    assert verdict(program, unsigned, make_apk(NOTES, version_code=2)) == ("undecided", 1)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--installed", "a.apk", "x.apk"], "missing-argument"),
        (["--installed", "a.apk", "--snapshot", "latest", "x.apk"], "not-together"),
        (["--adb", "S", "--snapshot", "latest", "x.apk"], "not-together"),
        (["--snapshot", "latest", "x.apk"], "no-repository-named"),
        (["--sdk", "zero", "x.apk"], "bad-value"),
    ],
)
def test_what_makes_no_sense_is_said(program: Program, words: list[str], code: str) -> None:
    ran = program.run("update", "check", *words, "--json")
    assert (ran.code, ran.complaint["code"]) == (2, code)


def test_names_of_files_repaint_nothing(program: Program, tmp_path: Path) -> None:
    name = os.fsdecode(b"\x1b[2J\n\xff.apk")
    file = copy_of(make_apk(NOTES, version_code=2), tmp_path, name)
    ran = against(program, make_apk(NOTES), file, file)
    assert "\x1b" not in ran.stdout
    told = against(program, make_apk(NOTES), file, "--json")
    assert told.document["verdict"] == "keeps"
    log = json.loads(against(program, make_apk(NOTES), file, "--format", "sarif").stdout)
    assert log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith(
        "%FF.apk"
    )


def test_sarif_for_a_pipeline(program: Program, tmp_path: Path) -> None:
    old, new = make_apk(NOTES), make_apk(NOTES, version_code=2, keys=(key("stranger"),))
    ran = against(program, old, new, "--sarif", tmp_path / "out.sarif")
    assert ran.code == 4
    assert ran.stdout.startswith("This update of")
    log = json.loads((tmp_path / "out.sarif").read_text())
    printed = against(program, old, new, "--format", "sarif")
    assert json.loads(printed.stdout) == log
    (run,) = log["runs"]
    assert run["invocations"] == [{"executionSuccessful": True, "exitCode": 4}]
    assert [result["ruleId"] for result in run["results"]][:2] == ["verdict-wipes", "signer-differs"]
    assert run["results"][0]["level"] == "error"
    both = against(program, old, new, "--json", "--sarif", tmp_path / "out.sarif")
    assert both.document["verdict"] == "wipes"
    refused = against(program, old, new, "--json", "--sarif", tmp_path / "no" / "out.sarif")
    assert refused.complaint["code"] == "system-refused"
