"""The table of a move, what cannot come over, and the last words: what is said holds for this phone."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from phoneward import moving, texts
from phoneward.moving import (
    AppMove,
    AppState,
    MovePlan,
    MoveReport,
    NewPhone,
    Noted,
    NotedPart,
    NotOfAPhoneError,
    OldPhone,
    Part,
    PartState,
    WhichOldPhoneError,
    choose_old,
)
from phoneward.moving.planning import Wanted
from phoneward.moving.telling import CODES
from phoneward.paper import NotAReportError
from phoneward.snapshots import AppCoverage, Coverage, OwnBackup, StorageCoverage
from phoneward.snapshots.coverage import ApkState, Area, Proof, ProofLevel, State, Totals
from phoneward.texts import verbatim
from phoneward.updates import Device
from phoneward.vault import Repository
from tests.snapshots.catalogue.histories import new_repository, put_snapshot

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    texts.activate(["en"])
    yield
    texts.activate(["en"])


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


def app(package: str, user: int = 0, *, system: bool = False) -> AppCoverage:
    return AppCoverage(package, user, "1", 1, system, State.OUT_OF_REACH, "", "", ApkState.KEPT, 0, 0, None, None)


def coverage(*apps: AppCoverage, storages: tuple[StorageCoverage, ...] = (), complete: bool = True) -> Coverage:
    proof, totals = Proof(ProofLevel.STORED, NOW), Totals(0, 0, 0, 0, 0, 0)
    return Coverage(1, "old", "Old", NOW, complete, False, proof, totals, list(storages), list(apps), {}, [], {})


def plan_of(repo: Repository, *apps: AppCoverage, device: str = "new", **more: object) -> MovePlan:
    snapshot = put_snapshot(repo, {}, device="old")
    old = OldPhone(snapshot, "old", "Old", coverage(*apps, **more))  # type: ignore[arg-type]
    facts = Device(34, ("arm64-v8a",))
    new = NewPhone("S1", device, "New", "google", "14", facts, 1000, {}, 0, b"/storage/emulated/0")
    return MovePlan(old, new, Wanted(), states=dict.fromkeys(Part, PartState.TO_DO))


def codes(plan: MovePlan) -> set[str]:
    return {one.code for one in moving.left_behind(plan)}


def test_wechat_is_told_its_own_way_while_the_old_phone_works(repo: Repository) -> None:
    plan = plan_of(repo, app("com.tencent.mm"), app("com.eg.android.AlipayGphone"))
    first, *_others = moving.left_behind(plan)
    assert (first.code, first.title) == ("app:com.tencent.mm", "The chats in WeChat")
    assert "while the old phone still works" in first.instead[0]
    assert any("Migrate Chats to Another Device" in step for step in first.instead)
    assert first.caution
    assert "holds no backup" in first.why
    kept = OwnBackup("/computer/x", NOW, 9, "wechat", place="computer")
    backed = plan_of(repo, msgspec.structs.replace(app("com.tencent.mm"), own_backups=[kept]))
    assert "The snapshot holds a backup that the app made of itself" in moving.left_behind(backed)[0].why
    assert first.command == ("phoneward", "app-backups", "guide", "wechat")
    paying = next(one for one in moving.left_behind(plan) if one.code == "paying")
    assert "Alipay" in paying.title


def test_nothing_is_named_that_the_old_phone_had_not(repo: Repository) -> None:
    assert codes(plan_of(repo)) == {"accounts", "system"}
    assert "paying" not in codes(plan_of(repo, app("org.example.notes")))
    assert "app:com.tencent.mm" not in codes(plan_of(repo, app("com.tencent.mm", 999)))
    assert {"other-users"} <= codes(plan_of(repo, app("com.tencent.mm", 999)))
    assert "private-data" in codes(plan_of(repo, app("org.example.notes")))
    assert "private-data" not in codes(plan_of(repo, app("com.maker.launcher", system=True)))
    assert "gaps" in codes(plan_of(repo, complete=False))
    iphone = plan_of(repo, app("org.example.notes"))
    iphone.old = replace(iphone.old, is_iphone=True)
    assert "iphone-apps" in codes(iphone)
    assert "private-data" not in codes(iphone)
    assert {re.sub(r"app:.*", "app:PACKAGE", code) for code in codes(iphone)} <= set(CODES)


def test_a_rooted_phone_is_named_where_the_snapshot_has_something_for_it(repo: Repository) -> None:
    held = StorageCoverage(
        Area.APP_DATA, "org.example.notes", "", "/appdata/org.example.notes", "/data", State.KEPT, "", "", 3, 9, None, 0
    )
    without = next(one for one in moving.left_behind(plan_of(repo, app("a.b"))) if one.code == "private-data")
    assert without.command == ()
    assert any("holds none of it" in step for step in without.instead)
    plan = plan_of(repo, app("org.example.notes"), storages=(held,))
    has = next(one for one in moving.left_behind(plan) if one.code == "private-data")
    snapshot = plan.old.snapshot.short_id
    assert has.command == (
        *("phoneward", "restore", snapshot, "--to-phone", "S1", "--root", "--app", "org.example.notes"),
    )
    assert any("A new phone that is rooted can take it" in step for step in has.instead)


def test_the_last_words(repo: Repository) -> None:
    said = " ".join(moving.keep_the_old_phone(plan_of(repo)))
    assert "Do not wipe, sell or give away the old phone yet." in said
    assert "is not in the snapshot" in said
    assert "Do not wipe" not in " ".join(moving.keep_the_old_phone(plan_of(repo, device="old")))


def noted(plan: MovePlan, **parts: NotedPart) -> Noted:
    found = Noted(old="old", new="new", old_label="Old", new_label="New", begun=NOW, snapshot=plan.old.id)
    for name, part in parts.items():
        found = found.with_part(Part(name), part)
    return found


def test_a_move_is_complete_only_when_all_of_it_is_there(repo: Repository) -> None:
    plan = plan_of(repo)
    plan.states = {**dict.fromkeys(Part, PartState.NOTHING), Part.FILES: PartState.TO_DO}
    note = NotedPart(done=True, snapshot=plan.old.id, when=NOW, over=2, bytes=2000)
    report = MoveReport.of(plan, noted(plan, files=note))
    assert report.complete
    assert report.headline() == "All that can come over is on the new phone."
    missing = MoveReport.of(plan, noted(plan, files=msgspec.structs.replace(note, missing=1)))
    assert (missing.complete, "1 thing is not on the new phone" in missing.headline()) == (False, True)
    undone = MoveReport.of(plan, noted(plan, files=msgspec.structs.replace(note, done=False)))
    assert (undone.complete, "run it again" in undone.headline()) == (False, True)
    of_another = MoveReport.of(plan, noted(plan, files=msgspec.structs.replace(note, snapshot="other")))
    assert not of_another.complete
    assert not MoveReport.of(plan, None).complete
    plan.states[Part.APPS] = PartState.LEFT_OUT
    assert MoveReport.of(plan, noted(plan, files=note)).complete


def test_the_page_shows_hostile_names_as_text(repo: Repository, tmp_path: Path) -> None:
    plan = plan_of(repo, app("com.tencent.mm"))
    plan.new = replace(plan.new, label="<script>alert(1)</script>")
    plan.apps = [AppMove("x", verbatim("<img src=x>"), AppState.MOVED)]
    note = NotedPart(done=True, snapshot=plan.old.id, when=NOW, over=1, said=["<b>\x1b[2J why"], missing=1)
    report = MoveReport.of(plan, noted(plan, files=note))
    page = moving.html_report(report).decode()
    assert "<script" not in page
    assert "<img" not in page
    assert "\x1b" not in page
    assert "&lt;script&gt;" in page
    for file in (tmp_path / "move.html", tmp_path / "move.PDF"):
        moving.save_report(file, report)
        moving.save_report(file, report)
    assert (tmp_path / "move.PDF").read_bytes().startswith(b"%PDF-")
    mine = tmp_path / "mine.html"
    mine.write_text("mine")
    with pytest.raises(NotAReportError):
        moving.save_report(mine, report)
    with pytest.raises(NotAReportError):
        moving.refuse_place(mine)


def test_files_and_apps_share_the_phones_room(repo: Repository) -> None:
    plan = plan_of(repo)
    plan.room = {b"/storage/emulated/0": (900, 1000)}
    assert plan.fits
    plan.room = {b"/storage/emulated/0": (1001, 1000)}
    assert not plan.fits
    assert any("does not all fit" in said for said in moving.room_sentences(plan))
    plan.room = {b"/storage/emulated/0": (10**12, None)}
    assert plan.fits


# -- which snapshot ----------------------------------------------------------------------------------------------------


def test_latest_is_of_another_phone_than_the_new_one(repo: Repository) -> None:
    old = put_snapshot(repo, {}, device="old", day=1)
    put_snapshot(repo, {}, device="new", day=2)
    put_snapshot(repo, {}, device="old", day=3, partial=True)
    assert choose_old(repo, "latest", "new").id == old.id


def test_several_others_are_named_and_one_must_be_chosen(repo: Repository) -> None:
    first = put_snapshot(repo, {}, device="old", day=1, label="Old phone")
    second = put_snapshot(repo, {}, device="tablet", day=2, label="Tablet")
    with pytest.raises(WhichOldPhoneError) as told:
        choose_old(repo, "latest", "new")
    assert f"{second.short_id} (Tablet" in told.value.sentence()
    assert choose_old(repo, first.short_id, "new").device == "old"


def test_the_only_phone_is_the_same_one_after_a_reset(repo: Repository) -> None:
    put_snapshot(repo, {}, device="new", day=1)
    assert choose_old(repo, "latest", "new").device == "new"


def test_a_proof_is_no_phone(repo: Repository) -> None:
    put_snapshot(repo, {}, device="old", day=1)
    proof = put_snapshot(repo, {}, device="old", day=2, proof=True)
    with pytest.raises(NotOfAPhoneError):
        choose_old(repo, proof.short_id, "new")
