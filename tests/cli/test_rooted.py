"""`backup --root` and `restore --to-phone --root`: plans, questions, what is told, honest exit codes."""

from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.program import Program, Ran, make_vault
from tests.phone import rooted, trees
from tests.phone.testphone import TestPhone
from tests.snapshots.rooted import DIARY, NAME, ROOTED, folder_of, give, put, run_app


@pytest.fixture
def device(phone: TestPhone) -> TestPhone:
    phone.answer_with(ROOTED)
    give(phone)
    put(phone, "files/diary.txt", b"dear diary")
    trees.put(phone.storage, "DCIM/a.jpg", b"photo")
    trees.give_to_phone(phone.storage)
    return phone


@pytest.fixture
def ready(program: Program, device: TestPhone, tmp_path: Path) -> Program:
    make_vault(tmp_path / "vault", "x")
    variables = {k: v for k, v in device.adb_env.items() if k != "HOME"}
    return program.with_(PHONEWARD_REPOSITORY=str(tmp_path / "vault"), PHONEWARD_PASSWORD="x", **variables)


def stopped(device: TestPhone) -> str:
    return (device.root / "data/teststate/stopped").read_text()


def flat(ran: Ran) -> str:
    return " ".join((ran.stdout + ran.stderr).split())


def test_there_and_back(ready: Program, device: TestPhone) -> None:
    there = ready.run("backup", "--root", "--app", NAME, "--yes")
    assert there.code == 0, flat(there)
    for part in ("Private data", NAME, "A closed app gets no messages", "caches", "root rights, allow it"):
        assert part in flat(there), part
    assert stopped(device) == f"0 {NAME}\n"
    assert f"/appdata/{NAME}/files/diary.txt" in ready.run("ls", "latest", f"/appdata/{NAME}/files").stdout
    put(device, "files/diary.txt", b"spoilt")
    words = ("restore", "latest", "--to-phone", device.serial, "--root", "--app", NAME)
    rehearsed = ready.run(*words, "--dry-run")
    assert rehearsed.code == 0
    assert "Nothing was written to the phone." in rehearsed.stdout
    assert (folder_of(device) / "files/diary.txt").read_bytes() == b"spoilt"
    refused = ready.run(*words, "--json")
    assert (refused.code, refused.complaint["code"]) == (2, "not-without-yes")
    back = ready.run(*words, "--yes")
    assert back.code == 0, flat(back)
    for said in ("the same, as far as phones tell", "it gets another name", "read back by the phone and the same"):
        assert said in flat(back), said
    assert "The phone itself gave the files their SELinux contexts." in flat(back)
    assert (folder_of(device) / "files/diary.txt").read_bytes() == b"dear diary"
    (old,) = [path for path in folder_of(device).parent.iterdir() if path.name.startswith("@phoneward-old-")]
    assert old.name in back.stdout.replace("\n", "")
    assert (old / "files/diary.txt").read_bytes() == b"spoilt"
    plan, summary = ready.run(*words, "--yes", "--json").documents
    assert (plan["message_type"], plan["package"], plan["files"], plan["signer"]) == (
        "root_return_plan",
        NAME,
        1,
        "same",
    )
    assert summary["apps"][0]["contexts"] == "phone"


@pytest.mark.parametrize(("answer", "code"), [("yes", 0), ("", 130)])
def test_a_person_is_asked_before_an_app_is_closed(ready: Program, device: TestPhone, answer: str, code: int) -> None:
    question = "Close these apps and back up their data? Type yes to go on: "
    talk = terminal.run(ready, ["backup", "--root"], [(question, answer)], columns=120)
    assert talk.code == code, talk.screen
    assert bool(stopped(device)) is (code == 0)


def test_nobody_to_ask_closes_nothing(ready: Program, device: TestPhone) -> None:
    ran = ready.run("backup", "--root", "--json")
    assert (ran.code, ran.complaint["code"]) == (2, "apps-not-closed")
    assert not stopped(device)
    rehearsed = ready.run("backup", "--root", "--dry-run", "--json")
    assert rehearsed.code == 0
    assert rehearsed.documents[0]["apps"][0]["package"] == NAME
    assert rehearsed.documents[0]["left_out"] == ["cache", "code_cache", "lib"]
    assert not stopped(device)


def test_what_does_not_go_together(ready: Program, tmp_path: Path) -> None:
    for words, code in (
        (("backup", "--app", NAME), "missing-argument"),
        (("backup", "--root", "--folder", str(tmp_path)), "not-together"),
        (("restore", "latest", "--to-phone", "x", "--root"), "missing-argument"),
        (("restore", "latest", "--root", "--app", NAME), "missing-argument"),
        (("restore", "latest", "--to-phone", "x", "--root", "--app", NAME, "--apks"), "not-together"),
        (("restore", "latest", "--target", "x", "--app", NAME, "--app", "b.c"), "missing-argument"),
        (("restore", "latest", "--target", "x", "--allow-older-app"), "missing-argument"),
    ):
        ran = ready.run(*words, "--json")
        assert (ran.code, ran.complaint["code"]) == (2, code), words


def test_apps_that_cannot_be_had_are_named_and_alone_are_an_error(ready: Program) -> None:
    ran = ready.run("backup", "--root", "--app", "com.android.settings", "--yes")
    assert ran.code == 1
    assert "com.android.settings is left out: it is a part of the system itself." in flat(ran)
    assert "no app whose private data" in flat(ran)


def test_a_phone_without_root(ready: Program, device: TestPhone) -> None:
    (device.root / "data/teststate/su").write_text("refuse\n")
    ran = ready.run("backup", "--root", "--json")
    assert (ran.code, ran.complaint["code"]) == (1, "no-root")
    assert "Permission denied" in ran.complaint["message"]


def test_adb_root_instead_of_su(ready: Program, device: TestPhone) -> None:
    """First the command says what to type; then it works, there and back, without any su."""
    device.answer_with(ROOTED.but(props={"ro.debuggable": "1"}))
    (device.root / "system/bin/su").unlink()
    give(device)
    off = ready.run("backup", "--root", "--app", NAME, "--yes", "--json")
    assert (off.code, off.complaint["code"]) == (1, "adb-root-off")
    assert not stopped(device)
    device.restart(root=True)
    there = ready.run("backup", "--root", "--app", NAME, "--yes")
    assert there.code == 0, flat(there)
    put(device, "files/diary.txt", b"spoilt")
    back = ready.run("restore", "latest", "--to-phone", device.serial, "--root", "--app", NAME, "--yes")
    assert back.code == 0, flat(back)
    place = folder_of(device) / "files/diary.txt"
    assert place.read_bytes() == b"dear diary"
    assert place.stat().st_uid == 10141
    assert rooted.label_of(place) == rooted.context_of(10141)
    device.restart()
    assert ready.run("backup", "--root", "--yes", "--json").complaint["code"] == "adb-root-off"


def test_several_apps_and_one_that_may_not(ready: Program, device: TestPhone) -> None:
    other = "com.whatsapp"
    folder = folder_of(device, name=other)
    for kind in ("user", "user_de"):
        folder_of(device, kind, other).mkdir()
    (folder / "key").write_bytes(b"key")
    rooted.give(folder, 10124)
    assert ready.run("backup", "--root", "--yes").code == 0
    (folder / "key").write_bytes(b"spoilt")
    words = ["restore", "latest", "--to-phone", device.serial, "--root", "--yes"]
    for app in (NAME, "org.example.notes", other):
        words += ["--app", app]
    ran = ready.run(*words)
    assert ran.code == 3, flat(ran)
    assert "holds no private data of org.example.notes" in flat(ran)
    assert (folder / "key").read_bytes() == b"key"
    assert folder.stat().st_uid == 10124


def test_an_app_that_is_opened_meanwhile_is_told(ready: Program, device: TestPhone) -> None:
    (device.root / "data/teststate/stubborn").touch()
    with run_app(device, DIARY.app_id):
        ran = ready.run("backup", "--root", "--yes")
        (*_others, summary) = ready.run("backup", "--root", "--yes", "--json").documents
    assert f"Opened again while they were read: {NAME}" in flat(ran)
    assert summary["opened_again"] == [NAME]
