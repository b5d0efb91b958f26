"""Many small things at once over adb tell what the one-by-one methods tell, and nothing a liar says gets through."""

import os
import shutil
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones.adb import stats
from phoneward.phones.adb.phone import SYNC_V1, AdbPhone
from phoneward.phones.adb.smallfiles import LIMIT, MAX_HANG_UPS, parted
from phoneward.phones.base import Entry, FileKind, Obstacle, Unreadable
from phoneward.phones.bulk import KINDS, BulkPhone, FolderRows, SmallFile, as_bulk
from phoneward.phones.errors import FileReadError, PhoneAnswerError, PhoneGoneError
from phoneward.phones.paths import join
from tests.phone import trees
from tests.phone.testphone import SDCARD_RW, SHELL_UID, TestPhone
from tests.phones.scriptedserver import DNT2_DONE, Peer, ScriptedServer, Service, dnt2, lst2, pairs
from tests.phones.test_adb import refuse, server_of

ROOT = b"/storage/emulated/0"


def bulk_of(phone: AdbPhone) -> BulkPhone:
    bulk = as_bulk(phone)
    assert bulk is not None
    return bulk


def listed(phone: AdbPhone, root: bytes) -> list[Entry | Unreadable]:
    """What `list_rows` tells, as items."""
    found: list[Entry | Unreadable] = []
    for some in bulk_of(phone).list_rows(root):
        if isinstance(some, FolderRows):
            for name, kind, size, mode, mtime_ns, ctime_ns, target in some.rows:
                found.append(Entry(join(some.path, name), KINDS[kind], size, mode, mtime_ns, ctime_ns, target))
        else:
            found += some
    return found


def test_a_listing_of_rows_holds_the_same_names(phone: TestPhone) -> None:
    trees.typical(phone.storage)
    trees.hostile_names(phone.storage)
    trees.links_and_pipes(phone.storage)
    trees.unreadable(phone.storage)
    with AdbPhone(server=server_of(phone)) as opened:
        expected = sorted(opened.list(ROOT, precise=False), key=lambda item: item.path)
        found = sorted(listed(opened, ROOT), key=lambda item: item.path)
    assert found == expected
    kinds = {item.kind for item in found if isinstance(item, Entry)}
    assert kinds >= {FileKind.FILE, FileKind.DIRECTORY, FileKind.SYMLINK, FileKind.OTHER}
    assert any(isinstance(item, Unreadable) for item in found)


def test_a_root_that_is_none(phone: TestPhone) -> None:
    trees.put(phone.storage, "file", b"content")
    with AdbPhone(server=server_of(phone)) as opened:
        assert listed(opened, ROOT + b"/gone") == list(opened.list(ROOT + b"/gone", precise=False))
        assert listed(opened, ROOT + b"/file") == list(opened.list(ROOT + b"/file", precise=False))


def test_small_files_are_read_and_all_else_is_left(phone: TestPhone) -> None:
    sizes = [*range(0, 900, 3), 4096, 40_000, 65_536, 65_537, 70_000, 200_000]
    whole = {}
    for number, size in enumerate(sizes):
        path = ROOT + b"/f%04d" % number
        whole[path] = trees.content(str(number), size)
        trees.put(phone.storage, path.rpartition(b"/")[2], whole[path])
    os.mkfifo(phone.storage / "pipe")
    (phone.storage / "link").symlink_to("f0001")
    refuse(os.fsencode(phone.storage / "f0050"))
    refuse(os.fsencode(phone.storage / "f0200"))
    paths = sorted(whole)
    paths[10:10] = [ROOT + b"/pipe", ROOT + b"/link", ROOT + b"/gone", ROOT, b"../unclean", b"/" + b"x" * 2000]
    with AdbPhone(server=server_of(phone)) as opened:
        found = [file for some in bulk_of(opened).read_small(paths, 65_536) for file in some]
    assert [path for path, _content in found] == paths
    left = {path for path, content in found if content is None}
    assert left == {
        *paths[10:16],
        *(ROOT + b"/f%04d" % number for number in (50, 200)),
        *(path for path, content in whole.items() if len(content) > 65_536),
    }
    assert all(content == whole[path] for path, content in found if content is not None)


def test_descriptions_are_those_of_stat(phone: TestPhone) -> None:
    trees.typical(phone.storage)
    trees.hostile_names(phone.storage)
    trees.links_and_pipes(phone.storage)
    for number in range(1100):
        trees.put(phone.storage, f"many/{number}", b"")
    shutil.chown(phone.storage / "many", SHELL_UID, SDCARD_RW)
    with AdbPhone(server=server_of(phone)) as opened:
        paths = sorted(item.path for item in opened.list(ROOT))
        paths[3:3] = [ROOT + b"/gone", b"/", b"not clean/"]
        groups = [paths[:1], [], paths[1:50], paths[50:1074], [ROOT + b"/gone"], paths[1074:]]
        told = list(bulk_of(opened).stat_many(iter(groups)))
        assert [[item.path for item in some] for some in told] == groups
        assert [item for some in told for item in some] == list(opened.stat([p for some in groups for p in some]))
        assert list(bulk_of(opened).stat_many([paths * 2])) == [list(opened.stat(paths * 2))]
        assert list(bulk_of(opened).stat_many([])) == []


def test_an_old_phone_does_one_thing_after_the_other(phone: TestPhone) -> None:
    with AdbPhone(server=server_of(phone), listing_method=SYNC_V1) as opened:
        assert as_bulk(opened) is None


def test_a_cut_cable_is_told(phone: TestPhone) -> None:
    trees.many_files(phone.storage, 600, 5_000)
    with AdbPhone(server=server_of(phone, 5.0)) as opened:
        paths = [item.path for item in opened.list(ROOT) if isinstance(item, Entry) and item.kind is FileKind.FILE]
        phone.proxy.cut("down", 1_000_000)
        phone.proxy.refuse(on=True)
        batches: list[list[SmallFile]] = []
        with pytest.raises(PhoneGoneError):
            batches.extend(bulk_of(opened).read_small(paths, 65_536))
        assert sum(content is not None for some in batches for _path, content in some) < 200


def playing(content: bytes, stat: bytes = lst2()) -> Service:
    def play(peer: Peer) -> None:
        for word, _path in pairs(peer):
            peer.send(stat if word == b"LST2" else content)

    return play


def small(play: Service, count: int = 3) -> list[bytes | None]:
    with ScriptedServer(sync=play) as server, AdbPhone(server=server.adb(2.0)) as opened:
        # Its shell tells nothing, so this phone would not be asked this way: what is read here is its sync service.
        from phoneward.phones.adb.smallfiles import SmallFiles

        files = SmallFiles(opened, [b"/%d" % number for number in range(count)], 1000)
        return [content for some in files.batches() for _path, content in some]


def data(content: bytes) -> bytes:
    return struct.pack("<4sI", b"DATA", len(content)) + content


DONE = struct.pack("<4sI", b"DONE", 0)
FAIL = struct.pack("<4sI", b"FAIL", 6) + b"denied"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (DONE, b""),
        (data(b"one") + data(b"two") + DONE, b"onetwo"),
        (data(bytes(1000)) + DONE, bytes(1000)),
        (data(bytes(1000)) + data(b"1") + DONE, None),
        (data(b"1") * 1001 + DONE, None),
        (data(b"begun") + FAIL, None),
        (FAIL, None),
    ],
)
def test_what_comes_for_a_file(answer: bytes, expected: bytes | None) -> None:
    assert small(playing(answer)) == [expected] * 3


@pytest.mark.parametrize("lie", [data(bytes(65_537)), struct.pack("<4sI", b"DATA", 0), b"LST2" + bytes(100)])
def test_what_is_no_file(lie: bytes) -> None:
    with pytest.raises(PhoneAnswerError):
        small(playing(lie))


def test_what_is_no_description() -> None:
    with pytest.raises(PhoneAnswerError):
        small(playing(DONE, stat=b"X" + lst2()[1:]))


def test_a_phone_that_refuses_everything_is_not_asked_for_ever() -> None:
    connections = 0

    def play(peer: Peer) -> None:
        nonlocal connections
        connections += 1
        for word, _path in pairs(peer):
            peer.send(lst2() if word == b"LST2" else FAIL)
            if word != b"LST2":
                return

    assert small(play, 1000) == [None] * 1000
    assert connections <= MAX_HANG_UPS + 2


def test_silence_is_told() -> None:
    with pytest.raises(PhoneGoneError):
        small(Peer.silence)


@pytest.mark.parametrize("name", [b"a/b", b"a\0b", b"../../etc/passwd"])
def test_a_name_that_leads_elsewhere_is_named_and_never_entered(name: bytes) -> None:
    asked = []

    def play(peer: Peer) -> None:
        for word, path in pairs(peer):
            if word == b"LST2":
                peer.send(lst2(0o40755))
                continue
            asked.append(path)
            peer.send(
                dnt2(b".", 0o40755) + dnt2(b"ok", 0o100644) + dnt2(name, 0o100644) + dnt2(name, 0o40755) + DNT2_DONE
            )

    from phoneward.phones.adb.rows import RowWalk

    with ScriptedServer(sync=play) as server, AdbPhone(server=server.adb(2.0)) as opened:
        found = list(RowWalk(opened).rows(b"/root"))
    assert asked == [b"/root"]
    rows, others = found
    assert isinstance(rows, FolderRows)
    assert [row[0] for row in rows.rows] == [b"ok"]
    assert rows.more
    assert isinstance(others, list)
    assert [(item.path, item.obstacle) for item in others if isinstance(item, Unreadable)] == [
        (b"/root", Obstacle.BAD_NAME)
    ] * 2


def reference(stream: bytes) -> Iterator[bytes]:
    """The files of a stream, read in the plainest way."""
    content, at = b"", 0
    while at + 8 <= len(stream):
        word, length = struct.unpack_from("<4sI", stream, at)
        at += 8
        if word == b"DONE":
            yield content
            content = b""
        else:
            content += stream[at : at + length]
            at += length


@given(
    st.lists(st.lists(st.binary(min_size=1, max_size=30), max_size=4), max_size=6),
    st.integers(0, 800),
    st.integers(0, 7),
)
def test_parted_anywhere(files: list[list[bytes]], end: int, most: int) -> None:
    stream = b"".join(b"".join(map(data, pieces)) + DONE for pieces in files)
    contents, used, refused = parted(stream[:end], most, 1000)
    assert not refused
    assert contents == [b"".join(pieces) for pieces in files[: len(contents)]]
    assert list(reference(stream[:used])) == contents
    if most >= len(files) and end >= len(stream):
        assert used == len(stream)


@given(st.binary(max_size=200), st.integers(0, 5))
def test_parted_never_gives_more_than_came(stream: bytes, most: int) -> None:
    try:
        contents, used, _refused = parted(stream, most, LIMIT)
    except PhoneAnswerError:
        return
    assert used <= len(stream)
    assert sum(map(len, contents)) + 8 * len(contents) <= used


ODD_FIELDS = [
    *(
        b"81b4",
        b"41ed",
        b"81B4",
        b"a1ff",
        b"181b4",
        b"8_00",
        b"81b",
        b"+1b4",
        b"0",
        b"17",
        b"-1",
        b"1_0",
        b" 5",
    ),
    *(b"9223372036854775807", b"99999999999999999999", b"2026-11-21 21:39:29.344510214 +0000"),
    *(
        b"2026-11-21 21:39:29.344510214",
        b"2026-11-21 21:39:61.344510214 +0000",
        b"2026-02-30 00:00:00.000000000",
    ),
    *(
        b"1901-01-01 00:00:00.000000001 +0000",
        b"9999-01-01 00:00:00.000000001",
        b"2026-11-21 21:39:2a.344510214",
    ),
    *(b"2026-11-21 21:39:29.34451021x +0000", b"2026-11-21 21:39:29.344510214 +0800", b"/a", b"/a|b", b"/"),
]
FIELD = st.one_of(st.sampled_from(ODD_FIELDS), st.binary(max_size=8))


@given(st.lists(FIELD, min_size=5, max_size=5), st.sampled_from([b"/a", b"/a|b", b"/"]))
def test_the_quick_way_to_read_a_record_agrees_with_the_long_one(fields: list[bytes], path: bytes) -> None:
    record = b"|".join([b"WORD", *fields])
    quick = stats.plain_entries([record], [path], b"WORD")
    if quick is not None:
        split = stats.split_record(record, b"WORD")
        assert split is not None
        assert quick == [stats.entry_of_record(split, path)]


@pytest.mark.parametrize("at", range(5))
@pytest.mark.parametrize("odd", ODD_FIELDS)
def test_one_odd_field_is_not_read_otherwise_the_quick_way(odd: bytes, at: int) -> None:
    time = b"2026-11-21 21:39:29.344510214 +0000"
    fields = [b"81b4", b"17", time, time, b"/a"]
    fields[at] = odd
    record = b"|".join([b"WORD", *fields])
    quick = stats.plain_entries([record], [b"/a"], b"WORD")
    split = stats.split_record(record, b"WORD")
    assert split is not None
    assert quick is None or quick == [stats.entry_of_record(split, b"/a")]


def test_an_ordinary_record_is_read_the_quick_way() -> None:
    record = b"WORD|81b4|17|2026-11-21 21:39:29.344510214 +0000|2026-11-22 21:39:29.000000001 +0000|/a|b"
    (entry,) = stats.plain_entries([record], [b"/a|b"], b"WORD") or [None]
    # `date -u -d '2026-11-21 21:39:29' +%s` prints 1795297169.
    assert entry == Entry(b"/a|b", FileKind.FILE, 17, 0o664, 1_795_297_169_344_510_214, 1_795_383_569_000_000_001)


def test_one_by_one_says_why(phone: TestPhone) -> None:
    """What was left by `read_small` is told by `read`."""
    trees.put(phone.storage, "closed", b"secret")
    refuse(os.fsencode(phone.storage / "closed"))
    with AdbPhone(server=server_of(phone)) as opened:
        assert list(bulk_of(opened).read_small([ROOT + b"/closed"], 100)) == [[(ROOT + b"/closed", None)]]
        stream = next(iter(opened.read([ROOT + b"/closed"])))
        with pytest.raises(FileReadError) as told:
            list(stream)
    assert told.value.obstacle is Obstacle.DENIED
