"""An app's private data back onto a rooted phone: whole, the app's there, and the old data never lost."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from phoneward.phones.adb import rooted_steps
from phoneward.phones.errors import RootedDataDifferentError, RootedWriteError
from phoneward.snapshots.errors import (
    AppNotInstalledError,
    AppStaysOpenError,
    NoPrivateDataError,
    NotSwappedError,
    OlderAppError,
    OtherSignerError,
    PhoneTooFullError,
    RootedCutShortError,
)
from phoneward.snapshots.returning_root import RootedDone, plan_rooted_return, put_rooted
from phoneward.snapshots.rooted_plan import RootedReturn, Signer
from tests.phone import rooted, trees
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.phones.suite import ODD_NAMES
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault, photograph, settle
from tests.snapshots.rooted import DIARY, NAME, ROOTED, folder_of, give, put, rooted_backup, run_app

ELSEWHERE = replace(DIARY, app_id=10377)
"""The same app on another phone, where it has another number."""


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


@pytest.fixture
def device(phone: TestPhone) -> TestPhone:
    phone.answer_with(ROOTED)
    give(phone)
    return phone


@dataclass(frozen=True, slots=True)
class Small:
    """A phone with one file and one link of the app's, a snapshot of both, and what the app wrote since. Shared."""

    vault: Vault
    device: TestPhone
    newer: dict[bytes, tuple[str, int, int, bytes]]

    def must_be_untouched(self) -> None:
        assert photograph(folder_of(self.device)) == self.newer
        assert named(self.device) == named(self.device, "user_de") == {NAME}


@pytest.fixture(scope="module")
def _small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    with TestPhone(tmp_path_factory.mktemp("phone"), state=ROOTED) as device:
        vault = Vault.make(tmp_path_factory.mktemp("vault"))
        put(device, "files/a", b"abc")
        os.symlink("a", folder_of(device) / "files/l")
        give(device)
        rooted_backup(vault, device)
        put(device, "files/a", b"newer")
        yield Small(vault, device, photograph(folder_of(device)))


@pytest.fixture
def small(_small: Small) -> Iterator[Small]:
    """The shared phone; its tools and its packages are put right afterwards."""
    tools = _small.device.root / "system/bin"
    kept = {name: (tools / name, (tools / name).is_symlink()) for name in ("tar", "chcon", "mv", "restorecon")}
    programs = {name: None if is_link else place.read_bytes() for name, (place, is_link) in kept.items()}
    yield _small
    for name, content in programs.items():
        (tools / name).unlink(missing_ok=True)
        if content is None:
            (tools / name).symlink_to("toybox")
        else:
            (tools / name).write_bytes(content)
            (tools / name).chmod(0o755)
    _small.device.answer_with(ROOTED)


def fill(device: TestPhone) -> None:
    put(device, "databases/diary.db", trees.content("db", 2_000_000))
    put(device, "empty", b"")
    put(device, "shared_prefs/alarm.xml", b"<alarm/>", kind="user_de")
    for name in ODD_NAMES:
        put(device, b"files/" + name, name)
    put(device, b"-rf", b"a name like an option")
    put(device, b"files/" + b"long" * 60, b"long")
    deep = b"/".join([b"d" * 60] * 8)
    put(device, deep + b"/deep", b"a path of more than a hundred bytes")
    os.symlink("/data/system", folder_of(device) / "files/outside")
    os.symlink("../../..", folder_of(device) / "files/up")
    put(device, "cache/x", b"x")
    give(device)
    (folder_of(device) / "files").chmod(0o2771)
    os.chown(folder_of(device) / "files", DIARY.app_id, rooted.cache_gid(DIARY.app_id))
    put(device, "seen.txt", b"s").chmod(0o640)
    os.chown(folder_of(device) / "files", DIARY.app_id, rooted.cache_gid(DIARY.app_id))
    settle()


def back(vault: Vault, phone: TestPhone, *, allow_older: bool = False) -> tuple[RootedReturn, RootedDone]:
    repo = vault.reopen()
    with adb_phone(phone) as main:
        root = main.rooted()
        plan = plan_rooted_return(repo, "latest", main, root, NAME, allow_older=allow_older)
        return plan, put_rooted(root, plan)


def owners(phone: TestPhone, kind: str = "user") -> set[tuple[int, int, str]]:
    top = os.fsencode(folder_of(phone, kind))
    paths = [top] + [os.path.join(f, n) for f, folders, files in os.walk(top) for n in (*folders, *files)]
    found = [(path, os.lstat(path)) for path in paths]
    return {(status.st_uid, status.st_gid, rooted.label_of(path)) for path, status in found}


def pictured(folder: Path) -> dict[bytes, object]:
    """Return all of a folder; of a link's time only the seconds, since it is not set a second time."""
    return {
        name: (kind, mode, when // 10**9 if kind == "link" else when, content)
        for name, (kind, mode, when, content) in photograph(folder).items()
    }


def named(phone: TestPhone, kind: str = "user") -> set[str]:
    return {path.name for path in folder_of(phone, kind).parent.iterdir()}


def test_back_on_the_same_phone(vault: Vault, device: TestPhone) -> None:
    fill(device)
    before = pictured(folder_of(device))
    rooted_backup(vault, device)
    put(device, "databases/diary.db", b"what was written since")
    put(device, "new", b"new")
    there = pictured(folder_of(device))
    plan, done = back(vault, device)
    assert (plan.signer, plan.older, plan.foreign, plan.whole) == (Signer.SAME, False, 0, True)
    assert plan.parts[0].old is not None
    expected = {n: found for n, found in before.items() if not n.startswith(b"cache")}
    assert pictured(folder_of(device)) == expected
    assert (folder_of(device, "user_de") / "shared_prefs/alarm.xml").read_bytes() == b"<alarm/>"
    label = rooted.context_of(DIARY.app_id)
    assert owners(device) == {(DIARY.app_id, DIARY.app_id, label), (DIARY.app_id, rooted.cache_gid(10141), label)}
    assert stat.S_IMODE((folder_of(device) / "files").stat().st_mode) == 0o2771
    assert stat.S_IMODE((folder_of(device) / "seen.txt").stat().st_mode) == 0o640
    assert done.labelled == "phone"
    old, old_de = done.set_aside
    assert pictured(device.root / old.decode().lstrip("/")) == there, "what was there is there, under another name"
    assert old_de.startswith(b"/data/user_de/0/@phoneward-old-")
    assert len(named(device)) == 2, "and nothing else of ours"


def test_onto_another_phone_where_the_app_has_another_number(
    vault: Vault, device: TestPhone, phone_factory: PhoneFactory
) -> None:
    fill(device)
    other = put(device, "files/code", b"c")
    os.setxattr(other, rooted.ATTRIBUTE, rooted.context_of(10141, "app_exec_data_file").encode() + b"\0")
    strange = put(device, "files/strange", b"c")
    os.chown(other, DIARY.app_id, 1078)
    os.setxattr(other, rooted.ATTRIBUTE, rooted.context_of(10141, "app_exec_data_file").encode() + b"\0")
    os.chown(strange, 10199, 10199)
    strange.chmod(0o4755)
    os.setxattr(strange, rooted.ATTRIBUTE, b"u:object_r:system_file:s0\0")
    os.chown(folder_of(device) / "files", DIARY.app_id, rooted.cache_gid(DIARY.app_id))
    before = pictured(folder_of(device))
    rooted_backup(vault, device)
    second = phone_factory(state=ROOTED.but(apps=(*ROOTED.apps[:-1], ELSEWHERE)))
    give(second, ELSEWHERE.app_id)
    (second.root / "system/bin/restorecon").unlink()
    plan, done = back(vault, second)
    assert (plan.uid, plan.foreign) == (10377, 1)
    assert done.labelled == "mapped"
    mine = {n: found for n, found in before.items() if not n.startswith(b"cache") and n != b"files/strange"}
    assert {n: f for n, f in pictured(folder_of(second)).items() if n != b"files/strange"} == mine
    label = rooted.context_of(10377)
    assert owners(second) == {
        (10377, 10377, label),
        (10377, rooted.cache_gid(10377), label),
        (10377, 1078, rooted.context_of(10377, "app_exec_data_file")),
    }
    assert stat.S_IMODE((folder_of(second) / "files/strange").stat().st_mode) == 0o755


@pytest.mark.parametrize(
    ("app", "error"),
    [
        (replace(DIARY, signer="0badf00d"), OtherSignerError),
        (replace(DIARY, version_code=1), OlderAppError),
        (None, AppNotInstalledError),
    ],
)
def test_apps_that_may_not_get_it(small: Small, app: object, error: type[Exception]) -> None:
    small.device.answer_with(ROOTED.but(apps=(*ROOTED.apps[:-1], *([app] if app else []))))
    with pytest.raises(error):
        back(small.vault, small.device)
    small.must_be_untouched()


def test_an_older_app_where_somebody_said_so(vault: Vault, device: TestPhone) -> None:
    put(device, "files/a", b"a")
    rooted_backup(vault, device)
    device.answer_with(ROOTED.but(apps=(*ROOTED.apps[:-1], replace(DIARY, version_code=1))))
    plan, _done = back(vault, device, allow_older=True)
    assert plan.older


def test_a_snapshot_without_it(small: Small) -> None:
    repo = small.vault.reopen()
    with adb_phone(small.device) as main:
        for name in ("com.whatsapp", "../../etc", "a;reboot", "$(reboot)"):
            with pytest.raises(NoPrivateDataError):
                plan_rooted_return(repo, "latest", main, main.rooted(), name)


def test_an_app_that_runs_is_closed_first_and_one_that_stays_open_is_left_alone(
    vault: Vault, device: TestPhone
) -> None:
    put(device, "files/a", b"a")
    rooted_backup(vault, device)
    with run_app(device):
        back(vault, device)
    (device.root / "data/teststate/stubborn").touch()
    before = photograph(folder_of(device))
    with run_app(device), pytest.raises(AppStaysOpenError):
        back(vault, device)
    assert photograph(folder_of(device)) == before


@pytest.mark.parametrize("at", [1_000, 300_000, 1_900_000])
def test_a_cable_pulled_while_it_is_sent_leaves_the_old_data(vault: Vault, device: TestPhone, at: int) -> None:
    put(device, "databases/diary.db", trees.content("db", 2_000_000))
    rooted_backup(vault, device)
    put(device, "databases/diary.db", b"newer")
    before = photograph(folder_of(device))
    repo = vault.reopen()
    with adb_phone(device) as main:
        root = main.rooted()
        plan = plan_rooted_return(repo, "latest", main, root, NAME)
        device.proxy.refuse(on=True)
        device.proxy.cut("up", at)
        with pytest.raises(RootedCutShortError):
            put_rooted(root, plan)
    assert photograph(folder_of(device)) == before
    device.proxy.refuse(on=False)
    device.connect()
    _plan, done = back(vault, device)
    assert (folder_of(device) / "databases/diary.db").read_bytes() == trees.content("db", 2_000_000)
    assert len(done.set_aside) == 2
    with adb_phone(device) as main:  # a slow phone may have begun a folder after its cable was pulled
        plan_rooted_return(vault.reopen(), "latest", main, main.rooted(), NAME)
    assert [name for name in named(device) if "-new-" in name] == [], "what was half is removed"


def test_a_run_cut_off_between_the_two_names_is_put_right(vault: Vault, device: TestPhone) -> None:
    put(device, "files/a", b"a")
    rooted_backup(vault, device)
    put(device, "files/a", b"newer")
    base = folder_of(device).parent
    (base / NAME).rename(base / f"@phoneward-old-20261130-101112-{NAME}")
    (base / f"@phoneward-new-{'0' * 16}-{NAME}").mkdir()
    (base / "@phoneward-old-20261130-101113-org.example.other").mkdir()
    plan, done = back(vault, device)
    assert plan.put_back
    assert (folder_of(device) / "files/a").read_bytes() == b"a"
    old = device.root / done.set_aside[0].decode().lstrip("/")
    assert (old / "files/a").read_bytes() == b"newer"
    assert (base / "@phoneward-old-20261130-101113-org.example.other").exists(), "another app's is not ours to touch"
    assert not (base / f"@phoneward-new-{'0' * 16}-{NAME}").exists()


def replace_tool(device: TestPhone, name: str, script: str) -> None:
    place = device.root / "system/bin" / name
    place.unlink()
    place.write_text("#!/system/bin/sh\n" + script)
    place.chmod(0o755)


def test_a_second_folder_that_cannot_be_swapped_takes_the_first_back(vault: Vault, device: TestPhone) -> None:
    fill(device)
    rooted_backup(vault, device)
    put(device, "files/new", b"newer")
    before, before_de = photograph(folder_of(device)), photograph(folder_of(device, "user_de"))
    replace_tool(device, "mv", 'case $PWD in */user_de/*) exit 1 ;; esac; exec toybox mv "$@"\n')
    with pytest.raises(NotSwappedError):
        back(vault, device)
    assert (photograph(folder_of(device)), photograph(folder_of(device, "user_de"))) == (before, before_de)
    assert named(device) == named(device, "user_de") == {NAME}


SPOILT: dict[str, Callable[[TestPhone], None]] = {
    "a byte": lambda d: replace_tool(d, "tar", 'toybox tar "$@"; echo -n Xbc > files/a\n'),
    "a name more": lambda d: replace_tool(d, "tar", 'toybox tar "$@"; touch files/more\n'),
    "a name less": lambda d: replace_tool(d, "tar", 'toybox tar "$@"; rm files/a\n'),
    "another mode": lambda d: replace_tool(d, "tar", 'toybox tar "$@"; chmod 666 files/a\n'),
    "another owner": lambda d: replace_tool(d, "tar", 'toybox tar "$@"; chown 1000:1000 files/a\n'),
    "another context": lambda d: replace_tool(d, "chcon", "exit 0\n"),
    "a link for a file": lambda d: replace_tool(d, "tar", 'toybox tar "$@"; ln -sf /system/bin/sh files/a\n'),
    "another target": lambda d: replace_tool(d, "tar", 'toybox tar "$@"; ln -sfn /system files/l\n'),
}


@pytest.mark.parametrize("what", SPOILT)
def test_what_is_not_as_it_was_sent_is_not_put_in_place(small: Small, what: str) -> None:
    SPOILT[what](small.device)
    with pytest.raises(RootedDataDifferentError):
        back(small.vault, small.device)
    small.must_be_untouched()


def test_a_phone_that_cannot_unpack_it(small: Small) -> None:
    replace_tool(small.device, "tar", "echo 'tar: no space left' >&2; exit 1\n")
    with pytest.raises(RootedWriteError, match="no space left"):
        back(small.vault, small.device)
    small.must_be_untouched()


def test_a_phone_that_is_too_full(small: Small) -> None:
    repo = small.vault.reopen()
    with adb_phone(small.device) as main:
        root = main.rooted()
        plan = plan_rooted_return(repo, "latest", main, root, NAME)
        plan.free = plan.needed - 1
        with pytest.raises(PhoneTooFullError):
            put_rooted(root, plan)
    small.must_be_untouched()


def test_an_app_that_was_never_opened_gets_its_folder(vault: Vault, device: TestPhone) -> None:
    """A phone has the folder since the install; where somebody removed it, nothing is set aside."""
    put(device, "files/a", b"abc")
    rooted_backup(vault, device)
    base = folder_of(device).parent
    os.rename(base / NAME, base.parent / "gone")
    _plan, done = back(vault, device)
    assert (folder_of(device) / "files/a").read_bytes() == b"abc"
    assert [path for path in done.set_aside if b"/user/" in path] == []


def test_names_of_ours_are_known_again() -> None:
    assert rooted_steps.is_old_name(rooted_steps.old_name("a.b", b"20261130-101112"), "a.b")
    assert not rooted_steps.is_old_name(rooted_steps.old_name("a.b", b"20261130-101112"), "a.c")
    longest = "a" * 223
    assert len(rooted_steps.old_name(longest, b"20261130-101112")) <= 255
    assert len(rooted_steps.new_name(longest, b"0" * 16)) <= 255
