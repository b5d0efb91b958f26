"""Which apps a new phone takes: real APKs in a real vault, and phones of all kinds that need not be there."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.moving import AppMove, AppState, NewPhone, OldPhone
from phoneward.moving.apps import is_another_signers, plan_apps
from phoneward.phones import InstalledApp
from phoneward.progress import silent
from phoneward.snapshots import AppRecord, PackagesDocument
from phoneward.snapshots.inventory import ApkRecord, encode_document
from phoneward.updates import Device
from phoneward.vault import Repository
from tests.moving import two_phones as two
from tests.phone.packages import KnownApk
from tests.snapshots.catalogue.histories import File, Tree, new_repository, put_snapshot

WHEN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
MODERN = Device(34, ("arm64-v8a", "armeabi-v7a"))


def record(package: str, files: Sequence[str], **more: object) -> AppRecord:
    """What a snapshot tells of an app whose files it keeps."""
    apks = [ApkRecord(f"/data/app/{name}", f"/packages/{package}/{name}") for name in files]
    row = AppRecord(package, 0, 3, "3.0", "", False, 10_100, None, None, None, None, None, apks, signer_hashes=(7,))
    return AppRecord(**{**{name: getattr(row, name) for name in AppRecord.__struct_fields__}, **more})


def kept(repo: Repository, apps: dict[str, Sequence[KnownApk]], *others: AppRecord, **more: object) -> OldPhone:
    """An old phone with these apps."""
    folders: Tree = {
        package.encode(): {apk.facts.file_name.encode(): File(apk.data) for apk in apks}
        for package, apks in apps.items()
    }
    rows = [record(package, [apk.facts.file_name for apk in apks], **more) for package, apks in apps.items()]
    document = PackagesDocument(1, [*rows, *others], {})
    tree: Tree = {b"packages": folders, b"packages.json": File(encode_document(document))}
    return OldPhone(put_snapshot(repo, tree), "phone", "Old")


def new_phone(device: Device = MODERN, *apps: InstalledApp) -> NewPhone:
    there = {app.package: app for app in apps}
    return NewPhone("S", "new", "New", "", "14", device, None, there, len(there), b"/storage/emulated/0")


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


def the_diary(repo: Repository, old: OldPhone, new: NewPhone, moved: dict[str, dt.datetime] | None = None) -> AppMove:
    (app,) = plan_apps(repo, old, new, moved or {}, silent)
    return app


def test_a_set_of_three_files_that_fits(repo: Repository) -> None:
    apks = two.diary_set()
    app = the_diary(repo, kept(repo, {two.DIARY: apks}), new_phone())
    assert (app.state, app.size, app.version) == (AppState.NEW, sum(len(apk.data) for apk in apks), "3.0")
    assert app.sentence() == ""


@pytest.mark.parametrize(
    ("device", "words"),
    [
        (replace(MODERN, abis=("x86_64", "x86")), "another kind of processor (arm64-v8a)"),
        (replace(MODERN, sdk=20), "newer Android (API level 21)"),
    ],
)
def test_a_phone_that_does_not_take_it(repo: Repository, device: Device, words: str) -> None:
    app = the_diary(repo, kept(repo, {two.DIARY: two.diary_set()}), new_phone(device))
    assert (app.state, app.is_missing) == (AppState.REFUSED, True)
    assert words in app.sentence()


def test_what_is_not_known_of_a_phone_refuses_nothing(repo: Repository) -> None:
    app = the_diary(repo, kept(repo, {two.DIARY: two.diary_set()}), new_phone(Device(None)))
    assert app.state is AppState.NEW


def test_a_part_that_is_not_kept(repo: Repository) -> None:
    """Half an app is worse than none: it would install and not start."""
    parts = [
        ApkRecord("/data/app/base.apk", f"/packages/{two.DIARY}/base.apk"),
        ApkRecord("/data/app/split_config.zh.apk", ""),
    ]
    app = the_diary(repo, kept(repo, {two.DIARY: two.diary_set()[:1]}, apk=parts), new_phone())
    assert (app.state, app.is_missing) == (AppState.NOT_KEPT, True)
    assert "Get it from its store" in app.sentence()


def test_files_that_cannot_be_read_here_are_the_phones_to_judge(repo: Repository) -> None:
    broken = KnownApk(b"no archive at all", two.diary_set()[0].facts)
    app = the_diary(repo, kept(repo, {two.DIARY: [broken]}), new_phone())
    assert (app.state, app.not_looked_at) == (AppState.NEW, True)


def test_apps_of_the_system_and_of_other_users_stay(repo: Repository) -> None:
    others = (record("com.maker.launcher", ["base.apk"], is_system=True), record("org.work", ["base.apk"], user_id=10))
    apps = plan_apps(repo, kept(repo, {two.DIARY: two.diary_set()}, *others), new_phone(), {}, silent)
    assert [app.package for app in apps] == [two.DIARY]


def test_an_iphone_has_no_apps_for_android(repo: Repository) -> None:
    old = replace(kept(repo, {two.DIARY: two.diary_set()}), is_iphone=True)
    assert plan_apps(repo, old, new_phone(), {}, silent) == []


@pytest.mark.parametrize(
    ("hashes", "moved", "state"),
    [
        ((7,), False, AppState.THERE),
        ((), False, AppState.THERE),
        ((8,), False, AppState.OTHER_SIGNER),
        ((8,), True, AppState.MOVED),
    ],
)
def test_an_app_that_is_there(repo: Repository, hashes: tuple[int, ...], moved: bool, state: AppState) -> None:
    there = InstalledApp(two.DIARY, 0, 9, "9.0", signer_hashes=hashes)
    old = kept(repo, {two.DIARY: two.diary_set()})
    app = the_diary(repo, old, new_phone(MODERN, there), {two.DIARY: WHEN} if moved else {})
    assert (app.state, app.there_version) == (state, "9.0")
    assert app.is_missing is (state is AppState.OTHER_SIGNER)


def test_an_app_that_the_person_removed_since(repo: Repository) -> None:
    app = the_diary(repo, kept(repo, {two.DIARY: two.diary_set()}), new_phone(), {two.DIARY: WHEN})
    assert (app.state, app.is_missing) == (AppState.REMOVED, False)
    assert "not installed again" in app.sentence()


signers = st.lists(st.integers(0, 5), max_size=3).map(tuple)


@given(signers, signers, signers, signers)
def test_another_signer_is_only_said_where_it_is_proven(
    old: tuple[int, ...], old_past: tuple[int, ...], new: tuple[int, ...], new_past: tuple[int, ...]
) -> None:
    before = record("org.app", ["base.apk"], signer_hashes=old, past_signer_hashes=old_past)
    after = InstalledApp("org.app", 0, signer_hashes=new, past_signer_hashes=new_past)
    proven = is_another_signers(before, after)
    if not old or not new or set(old) & set(new):
        assert not proven
    elif set(old) & set(new_past) or set(new) & set(old_past):
        assert not proven, "a proof of rotation joins them"
    else:
        assert proven
