"""A phone and folders of this computer as one phone: what each is asked, in which order, and how one fails."""

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phoneward.phones import (
    AppInventory,
    Entry,
    FileKind,
    FileReadError,
    HashPlace,
    InstalledApp,
    Obstacle,
    Phone,
    PhoneGoneError,
    RecordKind,
    Unreadable,
    Volume,
    VolumeKind,
)
from phoneward.phones.base import FileStream
from phoneward.phones.bulk import FolderRows, as_bulk
from phoneward.phones.folder import FolderPhone
from phoneward.phones.joined import CLOCKS_AGREE_NS, JoinedPhone, joined, owner_of
from phoneward.phones.records import as_records
from phoneward.phones.source import Source
from tests.phones.suite import Bench, PhoneSuite
from tests.phones.test_folder import close_path
from tests.snapshots.scripted import ScriptedPhone

MOUNT = b"/@computer/org.example.chat/pc"


def folder_volume(name: str = "pc") -> Volume:
    return Volume(VolumeKind.COMPUTER, name, b"/", "~/Chat", package="org.example.chat")


def source_of(phone: Phone, mount: bytes = MOUNT, *, of_phone: bool = False) -> Source:
    return Source(phone, mount, (folder_volume(),), of_phone)


class TestPhoneWithAFolderBeside(PhoneSuite):
    """The phone itself is what it was."""

    @pytest.fixture
    def bench(self, side: Path, tmp_path: Path, unprivileged: None) -> Iterator[Bench]:
        del unprivileged
        os.seteuid(0)
        (tmp_path / "beside").mkdir()
        (tmp_path / "beside/other").write_bytes(b"other")
        with FolderPhone(side) as main, FolderPhone(tmp_path / "beside") as beside:
            os.seteuid(65534)
            yield Bench(JoinedPhone(main, [source_of(beside)]), b"/", side, close_path)


class TestFolderBesideAPhone(PhoneSuite):
    """The folder passes what a phone passes, below its mount."""

    @pytest.fixture
    def bench(self, side: Path, tmp_path: Path, unprivileged: None) -> Iterator[Bench]:
        del unprivileged
        os.seteuid(0)
        with FolderPhone(tmp_path) as main, FolderPhone(side) as beside:
            os.seteuid(65534)
            yield Bench(JoinedPhone(main, [source_of(beside)]), MOUNT, side, close_path)


# -- order -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def three(tmp_path: Path) -> Iterator[JoinedPhone]:
    """Three folders, each with the names 0 to 9; the content says which folder it is."""
    for name in ("main", "one", "two"):
        (tmp_path / name).mkdir()
        for number in range(10):
            (tmp_path / name / str(number)).write_text(f"{name} {number}")
    with (
        FolderPhone(tmp_path / "main") as main,
        FolderPhone(tmp_path / "one") as one,
        FolderPhone(tmp_path / "two") as two,
    ):
        yield JoinedPhone(main, [source_of(one, b"/@one"), source_of(two, b"/@two")])


PLACES = {b"": "main", b"/@one": "one", b"/@two": "two"}
QUESTIONS = st.lists(st.tuples(st.sampled_from(sorted(PLACES)), st.integers(0, 11)), max_size=60)


def asked_for(questions: list[tuple[bytes, int]]) -> tuple[list[bytes], list[bytes | None]]:
    paths = [b"%s/%d" % question for question in questions]
    return paths, [f"{PLACES[place]} {n}".encode() if n < 10 else None for place, n in questions]


def content_of(stream: FileStream) -> bytes | None:
    try:
        return b"".join(stream)
    except FileReadError:
        return None


def test_answers_come_in_the_order_of_the_questions(three: JoinedPhone) -> None:
    bulk = as_bulk(three)
    assert bulk is not None

    @settings(max_examples=60, deadline=None)
    @given(QUESTIONS)
    def check(questions: list[tuple[bytes, int]]) -> None:
        paths, contents = asked_for(questions)
        assert [(s.path, content_of(s)) for s in three.read(iter(paths))] == list(zip(paths, contents, strict=True))
        described = list(three.stat(iter(paths)))
        assert [item.path for item in described] == paths
        assert [isinstance(item, Entry) for item in described] == [content is not None for content in contents]
        assert [file for files in bulk.read_small(iter(paths), 100) for file in files] == list(
            zip(paths, contents, strict=True)
        )
        groups = [paths[at : at + 7] for at in range(0, len(paths), 7)]
        assert list(bulk.stat_many(iter(groups))) == [list(three.stat(group)) for group in groups]
        assert [hashed.path for hashed in three.hash((path, 1) for path in paths)] == paths

    check()


def test_many_at_once_lists_what_one_by_one_lists(three: JoinedPhone) -> None:
    bulk = as_bulk(three)
    assert bulk is not None
    for root in (b"/", b"/@one", b"/@two"):
        rows: dict[bytes, int] = {}
        for found in bulk.list_rows(root):
            assert isinstance(found, FolderRows)
            rows |= {found.path.rstrip(b"/") + b"/" + row[0]: row[4] for row in found.rows}
        assert rows == {item.path: item.mtime_ns for item in three.list(root) if isinstance(item, Entry)}
        assert len(rows) == 10


# -- sources that know little ------------------------------------------------------------------------------------------


def scripted(*, precision_ns: int = 1) -> ScriptedPhone:
    phone = ScriptedPhone(mtime_precision_ns=precision_ns, clock_ns=time.time_ns())
    phone.entries = [Entry(b"/storage/emulated/0/a", FileKind.FILE, 1, 0o660, 10**18, None)]
    phone.content[b"/storage/emulated/0/a"] = b"a"
    return phone


def test_a_source_without_change_times_leaves_those_of_the_phone_alone(tmp_path: Path) -> None:
    """Their place is taken by its modification times, and nothing in it counts as unchanged."""
    old = scripted(precision_ns=10**9)
    volume = Volume(VolumeKind.APP_DATA, "appdata", b"/storage/emulated/0", package="org.example.notes")
    with FolderPhone(tmp_path) as main:
        phone = JoinedPhone(main, [Source(old, b"/@backup", (volume,))])
        (item,) = phone.list(b"/@backup/storage/emulated/0")
        assert isinstance(item, Entry)
        assert (item.path, item.ctime_ns) == (b"/@backup/storage/emulated/0/a", 10**18)
        shared, appdata = phone.volumes()
        assert shared.times_prove
        assert not appdata.times_prove
        assert phone.mtime_precision_ns == 1
        bulk = as_bulk(phone)
        assert bulk is not None
        assert list(bulk.list_rows(appdata.root)) == [[item]]
        assert list(bulk.read_small([item.path], 100)) == [[(item.path, None)]]
        assert list(bulk.stat_many([[item.path]])) == [[item]]


@pytest.mark.parametrize(("ahead_ns", "proves"), [(0, True), (30 * 10**9, True), (CLOCKS_AGREE_NS * 2, False)])
@pytest.mark.parametrize("sign", [1, -1])
def test_two_clocks(tmp_path: Path, ahead_ns: int, proves: bool, sign: int) -> None:
    """The earlier of both counts; where they are far apart, the times of the folder prove nothing."""
    now = time.time_ns() + sign * ahead_ns
    main = ScriptedPhone(clock_ns=now)
    with FolderPhone(tmp_path) as beside:
        phone = JoinedPhone(main, [source_of(beside)])
        assert phone.volumes()[-1].times_prove is proves
        theirs = proves and sign > 0 and ahead_ns > 0
        assert phone.now_ns() < now - ahead_ns // 2 if theirs else phone.now_ns() <= now
        assert abs(phone.now_ns() - now) <= CLOCKS_AGREE_NS


def test_records_and_apps_are_the_phones(tmp_path: Path) -> None:
    class WithRecords(ScriptedPhone):
        def records(self, kind: RecordKind) -> RecordKind:
            return kind

    with FolderPhone(tmp_path) as beside:
        assert as_records(JoinedPhone(ScriptedPhone(), [source_of(beside)])) is None
        asked = as_records(JoinedPhone(WithRecords(), [source_of(beside)]))
        assert asked is not None
        assert asked.records(RecordKind.SMS) is RecordKind.SMS  # type: ignore[comparison-overlap]
        assert as_bulk(JoinedPhone(ScriptedPhone(), [source_of(beside)])) is None


def test_each_file_is_asked_for_its_own_kind_of_size_and_checksum(tmp_path: Path) -> None:
    main = ScriptedPhone(size_modulus=2**32, hash_place=HashPlace.PHONE)
    main.add(b"/storage/emulated/0/a", b"a")
    (tmp_path / "b").write_bytes(b"b")
    with FolderPhone(tmp_path) as beside:
        phone = JoinedPhone(main, [source_of(beside)])
        assert owner_of(phone, b"/storage/emulated/0/a") is main
        assert owner_of(phone, MOUNT + b"/b") is beside
        assert owner_of(main, MOUNT + b"/b") is main
        assert (phone.size_modulus, phone.hash_place) == (2**32, HashPlace.PHONE)
        of_phone, of_folder = phone.hash([(b"/storage/emulated/0/a", 1), (MOUNT + b"/b", 1)])
        assert of_phone.digest is not None
        assert of_folder.digest is None, "a file of this computer was compared with the phone"


# -- a phone that reaches for the computer's files ---------------------------------------------------------------------


def test_a_phone_cannot_pass_a_folder_of_this_computer_for_its_own(tmp_path: Path) -> None:
    (tmp_path / "secret.apk").write_bytes(b"secret")
    inside = MOUNT + b"/secret.apk"
    main = ScriptedPhone(
        storage=[Volume(VolumeKind.SHARED, "shared", MOUNT), Volume(VolumeKind.CARD, "1A2B-3C4D", MOUNT + b"/deep")],
        inventory=AppInventory((InstalledApp("org.example.evil", 0, apk_paths=(inside, b"/data/app/x/split.apk")),)),
    )
    main.add(inside)
    main.add(MOUNT + b"elsewhere")
    with FolderPhone(tmp_path) as beside:
        phone = JoinedPhone(main, [source_of(beside)])
        assert [volume.obstacle for volume in phone.volumes()] == [Obstacle.BAD_NAME, Obstacle.BAD_NAME, None]
        assert phone.apps().apps[0].apk_paths == (inside[1:], b"/data/app/x/split.apk")
        listed = list(phone.list(b"/storage/emulated/0"))
        assert listed[0] == Unreadable(inside, Obstacle.BAD_NAME)
        assert listed[1].path == MOUNT + b"elsewhere"


def test_a_folder_with_the_name_of_a_mount_is_named(tmp_path: Path) -> None:
    taken = tmp_path / "phone" / os.fsdecode(MOUNT[1:])
    taken.mkdir(parents=True)
    (taken / "mine").write_bytes(b"mine")
    (tmp_path / "phone/@eaDir").mkdir()
    (tmp_path / "phone/@eaDir/kept").write_bytes(b"kept")
    (tmp_path / "beside").mkdir()
    with FolderPhone(tmp_path / "phone") as main, FolderPhone(tmp_path / "beside") as beside:
        phone = JoinedPhone(main, [source_of(beside)])
        bulk = as_bulk(phone)
        assert bulk is not None
        items = list(phone.list(b"/"))
        refused = [item.path for item in items if isinstance(item, Unreadable)]
        assert refused == [MOUNT, MOUNT + b"/mine"]
        assert b"/@eaDir/kept" in {item.path for item in items}
        found = [some for some in bulk.list_rows(b"/") if isinstance(some, list)]
        assert found == [[Unreadable(MOUNT, Obstacle.BAD_NAME)]]


def test_more_sources_stand_beside_those_that_are_there(tmp_path: Path) -> None:
    """Nothing that an earlier join knew is lost: its sources, and what it missed."""
    missed = Unreadable(b"adb backup", Obstacle.READ_ERROR, "refused")
    main = ScriptedPhone()
    with FolderPhone(tmp_path) as folder:
        first = JoinedPhone(main, [source_of(folder, b"/@one")], [missed])
        both = joined(first, [source_of(folder, b"/@two")])
        assert isinstance(both, JoinedPhone)
        assert (both.main, both.missing) == (main, (missed,))
        assert [source.mount for source in both.sources] == [b"/@one", b"/@two"]
        assert joined(main) is main, "a phone that knows no such apps, and no sources"


def test_mounts_lie_apart(tmp_path: Path) -> None:
    with FolderPhone(tmp_path) as folder:
        for other in (MOUNT, MOUNT + b"/deeper"):
            with pytest.raises(ValueError, match="within another"):
                JoinedPhone(folder, [source_of(folder), source_of(folder, other)])
        JoinedPhone(folder, [source_of(folder), source_of(folder, MOUNT + b"2")])
        for wrong in (b"/storage", b"@computer", b"/@a/../b", b"/@a/"):
            with pytest.raises(ValueError):  # noqa: PT011 - which of them it is does not matter
                source_of(folder, wrong)


# -- a source that fails in the middle ---------------------------------------------------------------------------------


def test_a_folder_that_leaves_is_not_the_phone_being_gone(tmp_path: Path) -> None:
    """An external disk is pulled: what it still owed is named, one by one; the phone's own files go on."""
    for name in ("phone", "disk"):
        (tmp_path / name).mkdir()
        for number in range(5):
            (tmp_path / name / str(number)).write_bytes(b"x")
    with FolderPhone(tmp_path / "phone") as main, FolderPhone(tmp_path / "disk") as disk:
        phone = JoinedPhone(main, [source_of(disk)])
        paths = [*(MOUNT + b"/%d" % n for n in range(5)), b"/0", MOUNT + b"/0", b"/1"]
        got: list[bytes | None] = []
        for number, stream in enumerate(phone.read(paths)):
            if number == 2:
                shutil.rmtree(tmp_path / "disk")
            assert stream.path == paths[number]
            got.append(content_of(stream))
        assert got == [b"x", b"x", None, None, None, b"x", None, b"x"]
        assert [isinstance(item, Entry) for item in phone.stat(paths)] == [False] * 5 + [True, False, True]
        assert list(phone.list(MOUNT)) == [Unreadable(MOUNT, Obstacle.READ_ERROR, phone.sources[0].lost)]
        assert phone.sources[0].lost
        bulk = as_bulk(phone)
        assert bulk is not None
        assert list(bulk.list_rows(MOUNT)) == [list(phone.list(MOUNT))]
        small = [file for files in bulk.read_small(paths, 10) for file in files]
        assert small == [(path, None if path.startswith(MOUNT) else b"x") for path in paths]
        assert content_of(phone.read_from(MOUNT + b"/0", 0)) is None


@pytest.mark.parametrize("way", ["list", "rows", "stat", "hash", "from", "small"])
def test_whatever_is_asked_when_it_leaves(tmp_path: Path, way: str) -> None:
    (tmp_path / "phone").mkdir()
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk/a").write_bytes(b"a")
    with FolderPhone(tmp_path / "phone") as main, FolderPhone(tmp_path / "disk") as disk:
        phone = JoinedPhone(main, [source_of(disk)])
        bulk = as_bulk(phone)
        assert bulk is not None
        shutil.rmtree(tmp_path / "disk")
        path = MOUNT + b"/a"
        if way == "list":
            assert [type(item) for item in phone.list(MOUNT)] == [Unreadable]
        elif way == "rows":
            (items,) = [found for found in bulk.list_rows(MOUNT) if isinstance(found, list)]
            assert [type(item) for item in items] == [Unreadable]
        elif way == "stat":
            assert [type(item) for item in phone.stat([path])] == [Unreadable]
        elif way == "hash":
            assert [(hashed.path, hashed.digest) for hashed in phone.hash([(path, 1)])] == [(path, None)]
        elif way == "from":
            assert content_of(phone.read_from(path, 0)) is None
        else:
            assert list(bulk.read_small([path], 10)) == [[(path, None)]]
            assert content_of(next(phone.read([path]))) is None


class Silent(ScriptedPhone):
    """Ends a reading early without a word, as no phone may."""

    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:  # type: ignore[override]
        for number, stream in enumerate(super().read(paths)):
            if number == 1:
                return
            yield stream


def test_a_source_that_falls_silent_ends_nothing_as_though_it_were_complete() -> None:
    beside = Silent()
    for name in b"abc":
        beside.add(b"/%c" % name, b"x")
    phone = JoinedPhone(ScriptedPhone(content={b"/z": b"z"}), [source_of(beside, b"/@s")])
    streams = list(phone.read([b"/@s/a", b"/@s/b", b"/@s/c", b"/z"]))
    assert [content_of(stream) for stream in streams] == [b"x", None, None, b"z"]


class Gone(ScriptedPhone):
    def read(self, paths: Iterable[bytes]) -> Iterator[FileStream]:  # type: ignore[override]
        yield from super().read(paths)
        raise PhoneGoneError(detail="pulled")

    def list(self, _root: bytes, *, precise: bool = True) -> Iterator[Entry]:
        del precise
        raise PhoneGoneError(detail="pulled")


def test_what_is_read_through_the_phones_own_connection_ends_with_it() -> None:
    beside = Gone()
    beside.add(b"/a", b"x")
    phone = JoinedPhone(ScriptedPhone(), [source_of(beside, b"/@s", of_phone=True)])
    with pytest.raises(PhoneGoneError):
        list(phone.read([b"/@s/a"]))
    with pytest.raises(PhoneGoneError):
        list(phone.list(b"/@s"))


def test_hashing_that_is_stopped_ends_at_once(three: JoinedPhone) -> None:
    hashes = three.hash((path, 1) for path in (b"/0", b"/@one/0", b"/1"))
    running = iter(hashes)
    assert next(running).digest is not None
    hashes.stop()
    with pytest.raises(PhoneGoneError):
        list(running)
