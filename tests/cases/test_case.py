"""A case: what is added stays as it was, and the log says where it came from."""

import datetime as dt
import hashlib
import io
import json
import os
import sqlite3
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.cases import (
    LOG,
    App,
    Case,
    CaseDamagedError,
    CaseExistsError,
    CaseFacts,
    CaseTextError,
    CaseUnwritableError,
    Device,
    Event,
    EvidenceInCaseError,
    EvidenceRefusedError,
    EvidenceUnreadableError,
    FactsDamagedError,
    Hand,
    Incoming,
    NotACaseError,
    Source,
    decode_facts,
    encode_facts,
)
from phoneward.cases.names import bag_name, free_name, name_key
from phoneward.incidents import Incident

FACTS = CaseFacts(
    title="我的聊天记录",
    incident=Incident.WIPED_BY_UPDATE,
    happened=dt.date(2026, 11, 20),
    device=Device(maker="Smartisan", model="OD103", build="7.1.1/NGI77B", serial="c2a1"),
    apps=(App(package="com.tencent.mm"),),
    events=(
        Event(at=dt.date(2026, 11, 20), what="更新"),
        Event(at=dt.datetime(2026, 11, 20, 8, 5, tzinfo=dt.timezone(dt.timedelta(hours=8))), what="空了"),
    ),
)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case.new(tmp_path / "案件", FACTS, Hand("王小明", "phoneward case new 案件"))


def lines(case: Case) -> list[dict[str, object]]:
    return [json.loads(line) for line in (case.folder / LOG).read_text().splitlines()]


def test_a_new_case_holds_its_facts_and_says_who_made_it(case: Case) -> None:
    assert Case.open(case.folder).facts == FACTS
    (line,) = lines(case)
    assert (line["seq"], line["action"], line["who"], line["previous"]) == (1, "new", "王小明", "0" * 64)
    assert line["phone"] == {"maker": "Smartisan", "model": "OD103", "build": "7.1.1/NGI77B", "serial": "c2a1"}
    assert dt.datetime.fromisoformat(str(line["time"])).tzinfo is not None
    assert sorted(path.name for path in case.folder.rglob("*")) == ["case.json", "custody.jsonl", "data"]
    assert os.listdir(case.folder.parent) == [case.folder.name]


def test_who_it_was_is_asked_once(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same user of the computer is the same person until they say otherwise; another user is another."""
    user = lines(case)[0]["user"]
    Case.open(case.folder).note("a")
    Case.open(case.folder, Hand("李律师")).note("b")
    Case.open(case.folder).note("c")
    monkeypatch.setattr("getpass.getuser", lambda: "other")
    Case.open(case.folder).note("d")
    told = [(line["who"], line["user"]) for line in lines(case)[1:]]
    assert told == [("王小明", user), ("李律师", user), ("李律师", user), ("other", "other")]


def test_the_hash_of_a_line_is_what_standard_tools_say(case: Case) -> None:
    """A court expert needs sed and sha256sum, not Phoneward."""
    case.note("打了客服电话，说没有办法")
    case.note("again")
    for number in (1, 2):
        command = f"sed -n {number}p '{case.folder / LOG}' | sha256sum | cut -d' ' -f1"
        said = subprocess.run(["sh", "-c", command], capture_output=True, check=True, text=True).stdout.strip()
        assert lines(case)[number]["previous"] == said


def test_an_original_is_copied_and_nothing_about_it_changes(case: Case, tmp_path: Path) -> None:
    """Bytes, times, and the side files of a database: the same before and after, and the same in the case."""
    database = tmp_path / "msg.db"
    writer = sqlite3.connect(database)
    writer.execute("pragma journal_mode=wal")
    writer.execute("create table t(x)")
    writer.commit()
    writer.execute("insert into t values('the last message')")
    writer.commit()
    old = (1_500_000_000_123_456_789, 1_400_000_000_987_654_321)
    files = [tmp_path / name for name in ("msg.db", "msg.db-wal", "msg.db-shm")]
    for file in files:
        os.utime(file, ns=old)
    before = {file: (file.read_bytes(), os.stat(file).st_mtime_ns, os.stat(file).st_ctime_ns) for file in files}
    for file in files:
        os.utime(file, ns=old)  # reading them just now may have left a trace
    items = case.add([database], "聊天数据库")
    assert [item.path for item in items] == [f"data/originals/{file.name}" for file in files[:1] + files[1:]]
    for file, item in zip(files, items, strict=True):
        found = os.stat(file)
        assert (file.read_bytes(), found.st_mtime_ns) == before[file][:2]
        copy = case.path(item.path)
        assert (copy.read_bytes(), os.stat(copy).st_mtime_ns) == before[file][:2]
        assert item.sha256 == hashlib.sha256(before[file][0]).hexdigest()
        assert item.source is not None
        assert (item.source.path, item.source.modified_ns) == (str(file), old[1])
    assert sorted(os.listdir(tmp_path)) == sorted([*(file.name for file in files), case.folder.name])
    writer.close()


@pytest.mark.skipif(not hasattr(os, "O_NOATIME"), reason="only Linux lets a reader leave no trace")
def test_not_even_the_time_of_the_last_access_changes(case: Case, tmp_path: Path) -> None:
    file = tmp_path / "photo.jpg"
    file.write_bytes(b"x" * 1000)
    os.utime(file, ns=(1, 2))  # an access would be written down now, the file being newer than its last access
    case.add([file])
    assert os.stat(file).st_atime_ns == 1


def test_a_folder_comes_with_all_that_is_in_it(case: Case, tmp_path: Path) -> None:
    for name in ("a/1.txt", "a/b/2.txt", "a/b/c/3.txt"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    paths = [item.path for item in case.add([tmp_path / "a"])]
    assert paths == ["data/originals/a/1.txt", "data/originals/a/b/2.txt", "data/originals/a/b/c/3.txt"]


@pytest.mark.parametrize("kind", ["link", "dangling", "fifo", "inside", "missing"])
def test_links_and_odd_files_are_refused_and_nothing_is_added(case: Case, tmp_path: Path, kind: str) -> None:
    (tmp_path / "fine").write_text("fine")
    odd = tmp_path / "odd"
    if kind == "link":
        odd.symlink_to("/etc/passwd")
    elif kind == "dangling":
        odd.symlink_to("nowhere")
    elif kind == "fifo":
        os.mkfifo(odd)
    elif kind == "inside":
        odd.mkdir()
        (odd / "link").symlink_to("/etc")
    before = lines(case)
    with pytest.raises((EvidenceRefusedError, EvidenceUnreadableError)):
        case.add([tmp_path / "fine", odd])
    assert lines(case) == before
    assert sorted(os.listdir(case.folder)) == ["data"]
    assert not (case.folder / "data" / "originals").exists()


def test_a_case_is_not_put_into_itself(case: Case, tmp_path: Path) -> None:
    before = lines(case)
    for path in (tmp_path, case.folder, case.folder / "data" / "case.json"):
        with pytest.raises(EvidenceInCaseError):
            case.add([path])
    assert lines(case) == before


def test_two_files_of_one_name_both_have_a_place(case: Case, tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "Photo.jpg").write_text(folder)
    (tmp_path / "x" / "photo.JPG").write_text("another")
    first = case.add([tmp_path / "x" / "Photo.jpg", tmp_path / "y" / "Photo.jpg"])
    second = case.add([tmp_path / "x" / "photo.JPG"])
    assert [item.path.rpartition("/")[2] for item in first + second] == ["Photo.jpg", "Photo-2.jpg", "photo-3.JPG"]
    assert [case.path(item.path).read_text() for item in first + second] == ["x", "y", "another"]


def test_documents_that_are_made_here_are_renderings(case: Case) -> None:
    (original,) = case.add_many(
        [Incoming(name="a.db", open=lambda: io.BytesIO(b""), source=Source(kind="snapshot", snapshot="ab" * 32))]
    )
    letter = case.add_bytes("致:厂商?.pdf", b"%PDF", folder="letters", of=[original.path], note="索赔函")
    assert letter.path == "data/renderings/letters/致_厂商_.pdf"
    assert not letter.is_original
    again = Case.open(case.folder).items()
    assert [item.path for item in again] == [original.path, letter.path]
    assert again[0].is_original
    assert again[0].source == Source(kind="snapshot", snapshot="ab" * 32)
    assert (again[1].of, again[1].note) == ((original.path,), "索赔函")


def test_facts_can_be_corrected_and_the_log_knows(case: Case) -> None:
    changed = CaseFacts(title="x", incident=Incident.RESET, device=Device(model="new"))
    case.set_facts(changed, "the date was wrong")
    assert case.facts == changed
    last = lines(case)[-1]
    assert (last["action"], last["note"], last["phone"]) == ("facts", "the date was wrong", {"model": "new"})


def test_facts_come_back_as_they_were() -> None:
    assert decode_facts(encode_facts(FACTS)) == FACTS
    for broken in (b"", b"{}", b"[1]", encode_facts(FACTS).replace(b"2026-11-20T", b"2026-11-99T"), b"[" * 100_000):
        with pytest.raises(FactsDamagedError):
            decode_facts(broken)
    with pytest.raises(FactsDamagedError):
        decode_facts(encode_facts(FACTS).replace(b"+08:00", b""))


def test_a_place_that_is_taken(case: Case, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    Case.new(tmp_path / "empty", FACTS)
    for taken in (case.folder, tmp_path / "empty"):
        with pytest.raises(CaseExistsError):
            Case.new(taken, FACTS)
    for nothing in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NotACaseError):
            Case.open(nothing)
    (tmp_path / "file").write_text("x")
    with pytest.raises(CaseUnwritableError):
        Case.new(tmp_path / "file" / "case", FACTS)


@pytest.mark.parametrize("text", ["", "  \n", "x" * 10_001])
def test_notes_have_a_length(case: Case, text: str) -> None:
    with pytest.raises(CaseTextError):
        case.note(text)
    assert len(lines(case)) == 1


def test_a_case_that_links_elsewhere_is_not_written_into(case: Case, tmp_path: Path) -> None:
    """A case from somebody else may try to have files written outside it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "fine").write_text("fine")
    (case.folder / "data" / "originals").symlink_to(tmp_path / "outside")
    with pytest.raises(CaseDamagedError):
        case.add([tmp_path / "fine"])
    assert os.listdir(tmp_path / "outside") == []
    (case.folder / "data" / "originals").unlink()
    log = (case.folder / LOG).read_bytes()
    (tmp_path / "elsewhere").write_bytes(log)
    (case.folder / LOG).unlink()
    (case.folder / LOG).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotACaseError):
        case.note("x")
    assert (tmp_path / "elsewhere").read_bytes() == log


@given(st.text(max_size=300))
@settings(max_examples=200)
def test_every_name_is_safe_everywhere(name: str) -> None:
    """What a manifest, Windows or bagit-python would stumble over is in no name; a safe name stays as it is."""
    safe = bag_name(name)
    assert 0 < len(safe) <= 121
    assert safe == bag_name(safe)
    assert safe not in {".", ".."}
    assert not set(safe) & set('<>:"/\\|?*%')
    assert safe.isprintable()
    assert safe == safe.strip()
    assert len(safe.splitlines()) == 1
    assert not safe.endswith((".", " "))
    assert name_key(free_name(safe, {name_key(safe)})) != name_key(safe)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("IMG_2026.jpg", "IMG_2026.jpg"),
        ("聊天 记录.txt", "聊天 记录.txt"),
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("CON.txt", "_CON.txt"),
        ("100%.doc", "100_.doc"),
        ("a\nb\u2028c\u3000.txt", "a_b_c_.txt"),
        ("e\u0301.txt", "\u00e9.txt"),
        ("\udcff.txt", "_.txt"),
    ],
)
def test_names(name: str, safe: str) -> None:
    assert bag_name(name) == safe
