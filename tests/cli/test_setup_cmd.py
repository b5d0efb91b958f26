"""`setup`: from nothing to a verified backup, without a question and with them, on a folder and on a real phone."""

import json
import re
import signal
from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.program import Program, make_vault
from tests.phone import trees
from tests.phone.testphone import TestPhone
from tests.setup.kit_reading import commands_of
from tests.tools import restic as restic_tool
from tests.tools.rclone import serve_restic
from tests.tools.restic import Restic

PASSWORD = "stroller-anime-shy-unblock-algebra"
STEPS = ["phone", "place", "password", "kit", "backup", "verify", "debugging"]
PRINTED = ("Enter: I have done that. Or type later", "")
USE_THIS_COMPUTER = ("type yes to use", "yes")


@pytest.fixture
def card(tmp_path: Path) -> Path:
    trees.put(tmp_path / "card", "DCIM/照片.jpg", trees.content("photo", 200_000))
    trees.put(tmp_path / "card", "Documents/letter.txt", b"a letter")
    return tmp_path / "card"


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    (tmp_path / "password").write_text(PASSWORD + "\n")
    return tmp_path / "password"


def words(tmp_path: Path, *more: str | Path) -> list[str | Path]:
    common: list[str | Path] = [
        "--non-interactive",
        "--password-file",
        tmp_path / "password",
        "--repo",
        tmp_path / "vault",
    ]
    return ["setup", *common, *more]


def test_the_acceptance_form_on_a_real_phone(
    program: Program, phone: TestPhone, password_file: Path, tmp_path: Path
) -> None:
    trees.typical(phone.storage)
    trees.put(phone.storage, "DCIM/one.jpg", b"a photo")
    trees.give_to_phone(phone.storage)
    named = program.with_(**phone.adb_env).with_(HOME=str(program.home))
    assert password_file.exists()
    ran = named.run(*words(tmp_path, "--serial", phone.serial))
    assert (ran.code, ran.stderr) == (0, "")
    for said in ("can be read", "recovery kit", "chosen by chance", "Switch USB debugging off (this is left for you)"):
        assert said in ran.stdout
    assert "Developer options" in ran.stdout, "the guide for switching it off"
    assert PASSWORD not in ran.stdout
    judge = Restic(restic_tool.restic(restic_tool.ALL_RESTICS[-1]), tmp_path / "vault", PASSWORD, tmp_path / "cache")
    judge.check()
    judge.run("restore", "latest", "--tag", "phoneward", "--path", "/", "--target", tmp_path / "back")
    assert (tmp_path / "back/shared/DCIM/one.jpg").read_bytes() == b"a photo"
    again = named.run(*words(tmp_path, "--serial", phone.serial, "--json"))
    assert (again.code, again.stderr) == (0, "")
    states = {one["step"]: one["state"] for one in again.documents if one["message_type"] == "setup_step"}
    assert states == dict.fromkeys(STEPS, "already") | {"phone": "done", "debugging": "left"}
    assert len(judge.snapshots()) == 3  # the backup, the proof of its restore, and the note that it was tried


@pytest.mark.usefixtures("password_file")
def test_twice_with_json(program: Program, card: Path, tmp_path: Path) -> None:
    first = program.run(*words(tmp_path, "--folder", card, "--json"))
    assert (first.code, first.stderr) == (0, "")
    *steps, summary = first.documents
    assert [one["step"] for one in steps] == STEPS
    by_step = {one["step"]: one for one in steps}
    assert by_step["backup"]["files"] == 2
    assert by_step["verify"]["files_restored"] == 2
    assert by_step["password"]["weak"] is False
    assert Path(by_step["kit"]["file"]) == tmp_path / "vault-recovery-kit.html"
    assert summary == {"message_type": "summary", "complete": True, "steps_already_done": 1, "steps_left": 0}
    kit = (tmp_path / "vault-recovery-kit.html").read_bytes()
    second = program.run(*words(tmp_path, "--folder", card, "--json"))
    assert second.code == 0
    assert second.documents[-1]["steps_already_done"] == 6  # connecting is done each time
    assert (tmp_path / "vault-recovery-kit.html").read_bytes() == kit
    text = program.run(*words(tmp_path, "--folder", card))
    assert text.stdout.count("(done already)") == 6
    assert "there already" in text.stdout


def test_a_weak_password_is_named_and_used(program: Program, card: Path, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("5201314")
    ran = program.run(*words(tmp_path, "--folder", card))
    assert ran.code == 0
    assert "This password is weak" in ran.stdout
    assert "phoneward key passwd" in ran.stdout
    assert "5201314" not in ran.stdout
    assert program.run("snapshots", "-r", tmp_path / "vault", "--password-file", tmp_path / "password").code == 0


@pytest.mark.usefixtures("password_file")
def test_what_cannot_be_read_is_named_and_the_code_is_3(program: Program, phone: TestPhone, tmp_path: Path) -> None:
    trees.put(phone.storage, "DCIM/one.jpg", b"a photo")
    trees.give_to_phone(phone.storage)
    trees.put(phone.storage, "DCIM/closed.jpg", b"nobody may read it")
    (phone.storage / "DCIM" / "closed.jpg").chmod(0)
    named = program.with_(**phone.adb_env).with_(HOME=str(program.home))
    ran = named.run(*words(tmp_path, "--serial", phone.serial))
    assert ran.code == 3, ran.stderr
    assert "closed.jpg" in ran.stdout
    assert "chosen by chance" in ran.stdout


@pytest.mark.usefixtures("password_file")
def test_what_goes_wrong(program: Program, card: Path, tmp_path: Path) -> None:
    assert program.run("setup", "--non-interactive", "--folder", card).code == 2
    assert program.run("setup", "--non-interactive", "--repo", tmp_path / "vault", "--folder", card).code == 2
    assert program.run("setup", "--folder", card).code == 2
    assert program.run("setup", "--folder", card, "--serial", "x", "--non-interactive").code == 2
    both = program.run(*words(tmp_path, "--folder", card, "--serial", "x", "--json"))
    assert (both.code, both.complaint["code"]) == (2, "not-together")
    gone = program.run(*words(tmp_path, "--folder", tmp_path / "none"))
    assert gone.code == 1
    assert not (tmp_path / "vault").exists(), "no vault is made for a phone that is not there"
    (tmp_path / "other").mkdir()
    (tmp_path / "other/file").touch()
    busy = program.run(*words(tmp_path, "--folder", card)[:-4], "--repo", tmp_path / "other", "--folder", card)
    assert busy.code == 2
    assert "not empty" in busy.stderr
    make_vault(tmp_path / "vault", "another password")
    assert program.run(*words(tmp_path, "--folder", card)).code == 12


@pytest.mark.usefixtures("password_file")
def test_a_kit_elsewhere_and_never_over_a_file(program: Program, card: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.html").write_text("mine")
    refused = program.run(*words(tmp_path, "--folder", card, "--kit", tmp_path / "mine.html"))
    assert refused.code == 2
    assert (tmp_path / "mine.html").read_text() == "mine"
    listed = program.run("snapshots", "-r", tmp_path / "vault", "--password-file", tmp_path / "password", "--json")
    assert (listed.code, listed.stdout) == (0, ""), "no backup before the kit"
    ran = program.run(*words(tmp_path, "--folder", card, "--kit", tmp_path / "kit.pdf"))
    assert ran.code == 0
    assert (tmp_path / "kit.pdf").read_bytes().startswith(b"%PDF")
    again = program.run(*words(tmp_path, "--folder", card, "--kit", tmp_path / "kit.pdf", "--json"))
    assert {one["step"]: one.get("state") for one in again.documents[:-1]}["kit"] == "already"


# -- questions ---------------------------------------------------------------------------------------------------------


def test_a_person_with_a_made_password(program: Program, card: Path, tmp_path: Path) -> None:
    """The made password is read from the screen, as a person does; a wrong copy is noticed."""
    vault = tmp_path / "home" / "phone-vault"
    made: list[str] = []

    def phrase(screen: str) -> str:
        made.append(re.findall(r"^ {4}([a-z-]+)$", screen.replace("\r", ""), re.MULTILINE)[-1])
        return made[-1]

    answers: list[tuple[str, terminal.Answer]] = [
        ("Enter: use ", ""),
        USE_THIS_COMPUTER,
        ("Enter: let Phoneward make a password", ""),
        ("Enter: I have written it down", ""),
        ("Type it from the paper", "something else"),
        ("Enter: I have written it down", ""),
        ("Type it from the paper", phrase),
        PRINTED,
    ]
    talk = terminal.run(program, ["setup", "--folder", str(card)], answers)
    assert talk.code == 0, talk.screen
    assert "That is not the same" in talk.screen
    assert "Everything is set up." in talk.screen
    assert (program.home / "phone-vault-recovery-kit.html").exists()
    assert program.with_(PHONEWARD_PASSWORD=made[0]).run("snapshots", "-r", vault).code == 0
    assert len(commands_of(program.home / "phone-vault-recovery-kit.html")) == 2


def test_a_person_who_wants_a_weak_password(program: Program, card: Path, tmp_path: Path) -> None:
    answers = [
        USE_THIS_COMPUTER,
        ("Enter: let Phoneward", "own"),
        ("New password: ", ""),
        ("Enter: let Phoneward", "own"),
        ("New password: ", "one"),
        ("again: ", "other"),
        ("Enter: let Phoneward", "own"),
        ("New password: ", "zhangwei123"),
        ("again: ", "zhangwei123"),
        ("Enter: Choose another password", ""),
        ("Enter: let Phoneward", "own"),
        ("New password: ", "zhangwei123"),
        ("again: ", "zhangwei123"),
        ("Or type yes: Use it anyway", "yes"),
        PRINTED,
    ]
    talk = terminal.run(program, ["setup", "--folder", str(card), "-r", str(tmp_path / "vault")], answers)
    assert talk.code == 0, talk.screen
    for said in ("is empty", "are not the same", "pinyin", "Whoever finds the disk with your vault"):
        assert said in talk.screen
    assert "zhangwei123" not in talk.screen


def test_on_a_server_with_questions_and_then_without(program: Program, card: Path, tmp_path: Path) -> None:
    """The server is asked for, refuses, and lets one in who is typed; another day the variables say who enters."""
    (tmp_path / "served").mkdir()
    with serve_restic(tmp_path / "served", user="anna", password="at the door") as port:
        address = f"rest:http://127.0.0.1:{port}/phones/"
        home = program.with_(HOME=str(tmp_path))
        answers: list[tuple[str, terminal.Answer]] = [
            ("or server to have it elsewhere", "server"),
            ("Type the address", "b2:bucket"),
            ("Type the address", address),
            ("User name at the server", "anna"),
            ("Password at the server", "at the door"),
            ("type yes to use", "yes"),
            *OWN,
            (PRINTED[0], "later"),
        ]
        talk = terminal.run(home, ["setup", "--folder", str(card)], answers)
        assert talk.code == 0, talk.screen
        for said in ("cannot speak to", "refuses entry", "on this very computer", "Everything is set up"):
            assert said in talk.screen.replace("\n", " "), said
        assert "at the door" not in talk.screen
        assert f"--repo {address}" in talk.screen.replace("\n", "")
        assert "at the door" not in (tmp_path / "phone-vault-recovery-kit.html").read_text()
        known = home.with_(RESTIC_REST_USERNAME="anna", RESTIC_REST_PASSWORD="at the door", PHONEWARD_PASSWORD=PASSWORD)
        again = known.run("setup", "--non-interactive", "--folder", card, "--repo", address, "--json")
        assert (again.code, again.stderr) == (0, "")
        states = {one["step"]: one["state"] for one in again.documents if one["message_type"] == "setup_step"}
        assert states == dict.fromkeys(STEPS, "already") | {"phone": "done"}
    off = known.run("setup", "--non-interactive", "--folder", card, "--repo", address, "--json")
    assert (off.code, off.complaint["code"]) == (1, "storage-unreachable")


def test_in_chinese(program: Program, card: Path, tmp_path: Path) -> None:
    def digits(screen: str) -> str:
        return str(re.findall(r"^ {4}((?:\d{4}-){4}\d{4})$", screen.replace("\r", ""), re.MULTILINE)[-1])

    answers: list[tuple[str, terminal.Answer]] = [
        ("请输入 yes", "yes"),
        ("按回车：让守机生成一个密码", ""),
        ("按回车：我抄好了", ""),
        ("请照着纸上输入一遍", digits),
        ("按回车：我已经做好了", ""),
    ]
    talk = terminal.run(
        program, ["setup", "--lang", "zh_CN", "--folder", str(card), "-r", str(tmp_path / "vault")], answers
    )
    assert talk.code == 0, talk.screen
    assert "全部设置好了" in talk.screen
    assert 'lang="zh-Hans"' in (tmp_path / "vault-recovery-kit.html").read_text()


OWN = [
    ("Enter: let Phoneward", "own"),
    ("New password: ", PASSWORD),
    ("again: ", PASSWORD),
]
QUESTIONS = [USE_THIS_COMPUTER, *OWN, PRINTED]


@pytest.mark.parametrize("stop", range(len(QUESTIONS)))
def test_ctrl_c_at_any_question_and_then_on(stop: int, program: Program, card: Path, tmp_path: Path) -> None:
    command = ["setup", "--folder", str(card), "-r", str(tmp_path / "vault")]
    stopped = terminal.run(program, command, [*QUESTIONS[:stop], (QUESTIONS[stop][0], terminal.CTRL_C)])
    assert stopped.code == 130
    assert "Stopped." in stopped.screen
    assert "Traceback" not in stopped.screen
    has_vault = (tmp_path / "vault" / "config").exists()
    assert has_vault == (stop == len(QUESTIONS) - 1)
    rest = [("Password of the vault: ", PASSWORD), PRINTED] if has_vault else QUESTIONS
    on = terminal.run(program, command, rest)
    assert on.code == 0, on.screen
    assert [path.name for path in tmp_path.glob("*-kit*")] == ["vault-recovery-kit.html"]


def test_who_has_no_printer_today_is_asked_again_and_then_never_more(
    program: Program, card: Path, tmp_path: Path
) -> None:
    command = ["setup", "--folder", str(card), "-r", str(tmp_path / "vault")]
    later = terminal.run(program, command, [*QUESTIONS[:-1], (PRINTED[0], "later")])
    assert later.code == 0, later.screen
    opened = ("Password of the vault: ", PASSWORD)
    assert terminal.run(program, command, [opened, PRINTED]).code == 0
    elsewhere = program.with_(PHONEWARD_STATE_DIR=str(tmp_path / "another computer"))
    last = terminal.run(elsewhere, command, [opened])
    assert (last.code, PRINTED[0] in last.screen) == (0, False), last.screen
    told = elsewhere.with_(PHONEWARD_PASSWORD=PASSWORD).run(*command, "--non-interactive", "--json").documents
    assert next(one for one in told if one.get("step") == "kit")["printed"] is True


def test_a_person_with_a_real_phone(program: Program, phone: TestPhone, tmp_path: Path) -> None:
    trees.put(phone.storage, "DCIM/one.jpg", b"a photo")
    trees.give_to_phone(phone.storage)
    named = program.with_(**phone.adb_env).with_(HOME=str(program.home))
    phone.disconnect()

    def connect(_screen: str) -> str:
        phone.connect()
        return ""

    def disconnect(_screen: str) -> str:
        phone.disconnect()
        return ""

    answers: list[tuple[str, terminal.Answer]] = [
        ("Enter: look again", connect),
        *QUESTIONS,
        ("Enter: I have switched it off", ""),
        ("Enter: I have switched it off", disconnect),
    ]
    talk = terminal.run(named, ["setup", "-r", str(tmp_path / "vault")], answers)
    assert talk.code == 0, talk.screen
    assert "USB debugging is still on" in talk.screen
    state = json.loads((program.home / "state" / "setup.json").read_text())
    assert state["vaults"][0]["debugging_off"]
    assert PASSWORD not in json.dumps(state)
    away = terminal.run(named, ["setup"], [("go on without the phone", "later"), ("Password of the vault: ", PASSWORD)])
    assert away.code == 0, away.screen
    assert "You switched it off" in away.screen


def test_a_closed_terminal_ends_it(program: Program, card: Path, tmp_path: Path) -> None:
    talk = terminal.run(program, ["setup", "--folder", str(card), "-r", str(tmp_path / "v")], [("type yes", "\x04")])
    assert talk.code in {130, -signal.SIGHUP}
