"""A person tells a case what happened, and what snapshots prove comes in by itself."""

import json
from pathlib import Path

import pytest

from phoneward.vault import LocalStorage, open_repository
from tests.cli.program import Program, make_vault
from tests.updates.pasts import WECHAT, app, day, held, put_day

PASSWORD = "correct horse battery staple"


@pytest.fixture
def program(tmp_path: Path) -> Program:
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home", {})


@pytest.fixture
def case(program: Program, tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    assert program.run("case", "new", folder, "--incident", "wiped-by-update").code == 0
    return folder


def told(program: Program, case: Path, *words: str) -> dict[str, object]:
    ran = program.run("case", "tell", case, *words, "--json")
    assert ran.code == 0, ran.stderr
    return ran.document


def test_what_was_told_is_shown_and_kept(program: Program, case: Path) -> None:
    document = told(
        program,
        case,
        *("--happened", "2026-03-01", "--party", "claimant=Wang Fang", "--party", "phone-maker=Smartisan"),
        *("--did", "phone-maker=Its store pushed the update.", "--lost", "mother's messages"),
        *("--meaning", "mother's messages=she died in May", "--cost", "mother's messages=200 eur"),
        *("--against", "2026-02-01=I made no backup."),
    )
    assert document["losses"] == [
        {
            "what": "mother's messages",
            "kind": "",
            "count": None,
            "size": None,
            "recoverable": None,
            "meaning": "she died in May",
            "cost": 200.0,
            "currency": "EUR",
            "evidence": [],
        }
    ]
    text = program.run("case", "tell", case).stdout
    for said in ("Wang Fang", "Its store pushed the update.", "she died in May", "EUR 200.00", "(against you)"):
        assert said in text
    lines = (case / "data/custody.jsonl").read_text().splitlines()
    assert [json.loads(line)["action"] for line in lines] == ["new", "facts"], "showing writes nothing"


def test_what_was_told_can_be_taken_back(program: Program, case: Path) -> None:
    told(program, case, "--party", "store=Shop", "--lost", "a", "--event", "2026-01-01=b")
    document = told(program, case, "--forget", "store", "--forget", "a", "--forget", "b")
    assert (document["parties"], document["losses"], document["events"]) == ([], [], [])


@pytest.mark.parametrize(
    "words",
    [
        ("--happened", "soon"),
        ("--party", "maker=Smartisan"),
        ("--party", "Smartisan"),
        ("--did", "store=It pushed it."),
        ("--cost", "a=much"),
        ("--event", "2026-01-01="),
        ("--event", "soon=b"),
        ("--country", "China"),
        ("--forget", "nothing"),
        ("--device", "colour=red"),
        ("--device", "OD103"),
        ("--app", "WeChat"),
    ],
)
def test_what_makes_no_sense_changes_nothing(program: Program, case: Path, words: tuple[str, str]) -> None:
    before = (case / "data/custody.jsonl").read_bytes(), (case / "data/case.json").read_bytes()
    ran = program.run("case", "tell", case, *words)
    assert ran.code == 2, ran.stdout
    assert "Traceback" not in ran.stderr
    assert ((case / "data/custody.jsonl").read_bytes(), (case / "data/case.json").read_bytes()) == before


def test_snapshots_tell_what_was_lost(program: Program, case: Path, tmp_path: Path) -> None:
    make_vault(tmp_path / "vault", PASSWORD)
    (tmp_path / "password").write_text(PASSWORD)

    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    put_day(repo, 0, [app()], coverages=[held()])
    put_day(repo, 1, [app(first_installed=day(0.31), data_bytes=1000)])
    vault = ("--repo", str(tmp_path / "vault"), "--password-file", str(tmp_path / "password"))
    document = told(program, case, "--from-vault", WECHAT, *vault)
    assert "the chats in WeChat" in json.dumps(document["losses"])
    assert "against" in json.dumps(document["events"])
    again = program.run("case", "tell", case, "--from-vault", WECHAT, *vault)
    assert "knew all of that already" in again.stderr
    other = program.run("case", "tell", case, "--from-vault", "org.other", *vault)
    assert "show no loss of org.other" in other.stderr


def test_fingerprints_are_written_and_compared(program: Program, case: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    told(program, case, "--party", "claimant=Wang Fang", "--happened", "2026-03-01")
    assert program.run("case", "fingerprint", case, "--to", file).code == 0
    assert "Wang" not in file.read_text()
    document = program.run("case", "fingerprint", "--compare", file, file, "--json").document
    assert (document["count"], document["months"]) == (2, {"2026-03": 2})
    assert program.run("case", "fingerprint", "--compare", case / "data/case.json").code == 2
    assert program.run("case", "fingerprint", case, case).code == 2


def test_a_statement_is_written_from_the_case(program: Program, case: Path, tmp_path: Path) -> None:
    told(program, case, "--happened", "2026-03-01", "--lost", "妈妈的消息", "--event", "2026-03-02=I called the shop.")
    file = tmp_path / "statement.html"
    ran = program.run("case", "statement", case, "--html", file, "--keep")
    assert ran.code == 0, ran.stderr
    assert "妈妈的消息" in file.read_text()
    assert len(list((case / "data/renderings/letters").iterdir())) == 1
    text = program.run("case", "statement", case, "--in", "zh").stdout
    assert "I called the shop." in text
    assert "妈妈的消息" in text


def test_what_others_need_not_see_is_covered_in_a_copy(program: Program, case: Path, tmp_path: Path) -> None:
    (tmp_path / "chat.txt").write_text("Call 13800138000.")
    path = program.run("case", "add", case, tmp_path / "chat.txt", "--json").document["path"]
    document = program.run("case", "redact", case, path, "--text", "13800138000", "--json").document
    assert (case / str(document["path"])).read_text() == "Call █████."
    for words in ([], ["--box", "1,2,3"], ["--box", "0,0,9,9"], ["--text", "x", "--box", "0,0,9,9"]):
        assert program.run("case", "redact", case, path, *words).code == 2, words


def test_phone_and_app_can_be_told_without_a_snapshot(program: Program, case: Path) -> None:
    told(program, case, "--device", "model=OD103", "--device", "serial=77", "--app", "com.tencent.mm=WeChat")
    document = told(program, case, "--device", "maker=Smartisan", "--app", "com.tencent.mm")
    assert document["device"] == {"maker": "Smartisan", "model": "OD103", "build": "", "android": "", "serial": "77"}
    apps = document["apps"]
    assert isinstance(apps, list)
    assert [(one["package"], one["label"]) for one in apps] == [("com.tencent.mm", "WeChat")]


def test_the_last_snapshot_tells_of_the_whole_phone(program: Program, case: Path, tmp_path: Path) -> None:
    make_vault(tmp_path / "vault", PASSWORD)
    (tmp_path / "password").write_text(PASSWORD)
    vault = ("--repo", str(tmp_path / "vault"), "--password-file", str(tmp_path / "password"))
    assert "no snapshot of a phone" in program.run("case", "tell", case, "--whole-phone", *vault).stderr
    repo = open_repository(LocalStorage(tmp_path / "vault"), PASSWORD)
    put_day(repo, 0, [app()], coverages=[held(phone_bytes=5_000_000, out_of_reach_bytes=5_000_000)])
    assert "the chats in WeChat" in json.dumps(told(program, case, "--whole-phone", *vault)["losses"])
