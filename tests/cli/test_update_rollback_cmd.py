"""`update rollback`: back to a saved version where Android permits it and the data stays, a clear word elsewhere."""

from pathlib import Path

import pytest

from tests.cli.installing import APP, NOTE, SECOND, Bench, apk
from tests.cli.program import Ran
from tests.cli.test_update_install_cmd import app_line
from tests.phone.packages import KnownApk
from tests.phone.testphone import TestPhone


def updated(phone: TestPhone, folder: Path, old: KnownApk, new: KnownApk) -> Bench:
    """Return a phone whose app was backed up in one version and is installed in another."""
    bench = Bench.make(phone, folder, old)
    bench.updates = [old]
    bench.answer_without_harm()
    assert bench.program.run("backup", "--adb", phone.serial).code in {0, 3}
    bench.installed = (new,)
    bench.answer_without_harm()
    assert bench.record()["versionCode"] == str(new.facts.version_code)
    return bench


def rollback(bench: Bench, *words: str) -> Ran:
    return bench.program.run("update", "rollback", APP, "--adb", bench.phone.serial, *words)


def test_an_app_that_is_built_for_testing_goes_back_and_keeps_its_data(phone: TestPhone, tmp_path: Path) -> None:
    bench = updated(phone, tmp_path, apk(1, debuggable=True), apk(2, debuggable=True))
    ran = rollback(bench, "--yes", "--json")
    line = app_line(ran)
    assert (ran.code, line["outcome"], line["new_version"]) == (0, "kept", "1.0"), line
    assert bench.record()["versionCode"] == "1"
    assert (bench.private / "databases/diary.db").read_bytes() == NOTE * 3


def test_an_ordinary_app_does_not_go_back_and_it_is_said_why_and_what_helps(phone: TestPhone, tmp_path: Path) -> None:
    bench = updated(phone, tmp_path, apk(1), apk(2))
    ran = rollback(bench, "--yes")
    assert ran.code == 4, ran.stdout
    for words in (
        "does not let this older version",
        "older version (1.0 (1)) than",
        "Do not uninstall",
        "newer, mended",
    ):
        assert words in ran.stdout, ran.stdout
    assert bench.record()["versionCode"] == "2"
    assert bench.has_data()
    assert app_line(rollback(bench, "--yes", "--json"))["outcome"] == "not-done"


def test_the_same_version_of_the_same_signer_is_permitted(phone: TestPhone, tmp_path: Path) -> None:
    bench = updated(phone, tmp_path, apk(2), apk(2, files={"assets/other": b"another build"}))
    ran = rollback(bench, "--yes", "--json", "--snapshot", "latest")
    assert (ran.code, app_line(ran)["outcome"]) == (0, "kept"), ran.stdout
    folder = phone.root / bench.record()["codePath"].lstrip("/")
    assert (folder / "base.apk").read_bytes() == apk(2).data


def test_a_saved_version_of_another_signer_never_removes_the_app(phone: TestPhone, tmp_path: Path) -> None:
    bench = updated(phone, tmp_path, apk(1, by=SECOND, debuggable=True), apk(2, debuggable=True))
    ran = rollback(bench, "--yes", "--json")
    assert (ran.code, app_line(ran)["outcome"]) == (4, "not-done"), ran.stdout
    assert bench.has_data()


@pytest.mark.parametrize("words", [[], ["--snapshot", "latest"]])
def test_where_no_other_version_is_saved_that_is_said(phone: TestPhone, tmp_path: Path, words: list[str]) -> None:
    bench = Bench.make(phone, tmp_path, apk(1))
    assert bench.program.run("backup", "--adb", phone.serial).code in {0, 3}
    ran = bench.program.run("update", "rollback", "org.none", "--adb", phone.serial, "--json", *words)
    assert (ran.code, ran.complaint["code"]) == (1, "no-saved-app")
