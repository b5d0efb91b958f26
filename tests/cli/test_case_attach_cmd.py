"""Screenshots of the phone come into a case only where the person picks them; nothing else touches disk or network."""

import json
import os
import re
from pathlib import Path

import pytest

from tests.cli import terminal
from tests.cli.program import Program
from tests.cli.watched import watched
from tests.phone.testphone import SHELL_UID, PhoneFactory, TestPhone

BANK = b"\x89PNG the bank's screen, 88123.45"
SHOP = b"\x89PNG the shop's answer"


@pytest.fixture
def phone(phone_factory: PhoneFactory) -> TestPhone:
    """A phone with two screenshots and a photo."""
    phone = phone_factory()
    for number, (name, data) in enumerate(
        (
            ("DCIM/Screenshots/bank.png", BANK),
            ("Pictures/Screenshots/shop.png", SHOP),
            ("DCIM/Camera/family.jpg", b"\xff\xd8 family"),
        )
    ):
        file = phone.storage / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        os.utime(file, (1_700_000_000 + number, 1_700_000_000 + number))
    for place in phone.storage.rglob("*"):
        os.chown(place, SHELL_UID, SHELL_UID)
    return phone


@pytest.fixture
def program(phone: TestPhone, tmp_path: Path) -> Program:
    """The program beside that phone."""
    (tmp_path / "home").mkdir()
    return Program(tmp_path / "home", dict(phone.adb_env))


@pytest.fixture
def case(program: Program, tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    assert program.run("case", "new", folder, "--incident", "picture-copied").code == 0
    return folder


def _holding(folder: Path, data: bytes) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and data in path.read_bytes()]


def test_only_what_is_picked_is_kept_and_the_log_says_where_it_came_from(
    phone: TestPhone, program: Program, case: Path, tmp_path: Path
) -> None:
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in phone.storage.rglob("*.*")}
    ran = program.run("case", "attach", case, "--from-phone", phone.serial, "--pick", "1", "--note", "shop", "--json")
    assert ran.code == 0, ran.stderr
    *listed, kept = ran.documents
    assert [one["name"] for one in listed] == ["shop.png", "bank.png"]
    assert (case / kept["path"]).read_bytes() == SHOP
    line = json.loads((case / "data/custody.jsonl").read_text().splitlines()[-1])
    assert line["note"] == "shop"
    assert line["source"]["kind"] == "phone"
    assert line["source"]["path"].endswith("Pictures/Screenshots/shop.png")
    assert _holding(tmp_path, BANK) == [], "what was not picked is nowhere"
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in phone.storage.rglob("*.*")} == before


def test_nothing_else_touches_the_disk_or_the_network(
    phone: TestPhone, program: Program, case: Path, tmp_path: Path
) -> None:
    (tmp_path / "watched").mkdir()
    watch = watched(program, tmp_path / "watched")
    ran = watch.program.run("case", "attach", case, "--from-phone", phone.serial, "--pick", "2")
    assert ran.code == 0, ran.stderr
    outside = [path for path in watch.told("write") if not Path(path).is_relative_to(case) and path != os.devnull]
    # That there is a case, noted in the state folder; written by a descriptor, which the list calls a number.
    noted = {path for path in outside if path.isdigit() or Path(path).name.lstrip(".").startswith("cases.json")}
    assert set(outside) - noted == set()
    assert (program.home / "state" / "cases.json").read_text() == f'{{"format":1,"folders":["{case}"]}}'
    assert {re.sub(r"\d+\)$", "N)", address) for address in watch.told("connect")} <= {"('127.0.0.1', N)"}
    assert {Path(name).name for name in watch.told("start")} <= {"adb"}


def test_at_a_terminal_the_person_is_asked_and_enter_keeps_nothing(
    phone: TestPhone, program: Program, case: Path, tmp_path: Path
) -> None:
    talk = terminal.run(
        program, ["case", "attach", case, "--from-phone", phone.serial], [("Enter keeps none", "")], columns=120
    )
    assert talk.code == 0, talk.screen
    assert "bank.png" in talk.screen
    assert "family" not in talk.screen
    assert "nothing was kept" in talk.screen
    assert _holding(tmp_path, b"\x89PNG") == []


def test_a_number_that_names_none_is_refused(phone: TestPhone, program: Program, case: Path) -> None:
    for pick in ("3", "0", "all", "1;rm"):
        ran = program.run("case", "attach", case, "--from-phone", phone.serial, "--pick", pick)
        assert ran.code == 2, pick
    assert not (case / "data/originals").exists()
