"""Files and apps onto a real adbd: whole or not at all, never over or through anything, whatever breaks."""

import contextlib
import hashlib
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from phoneward.errors import PhonewardError
from phoneward.phones import AdbPhone, AdbWriter, ApkFile, InstallRefusedError, NewFile, PhoneGoneError, Refusal
from phoneward.phones.adb import push_steps, sessions
from phoneward.phones.adb.push_writer import refusal_of_words
from phoneward.phones.adb.server import AdbServer, address_from
from phoneward.phones.adb.shell import quote
from phoneward.phones.errors import PhoneAnswerError, PhoneCannotBeWrittenError, PhoneSilentError
from tests.phone import profiles, state, trees
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.snapshots.adb import adb_phone

ROOT = b"/storage/emulated/0"
TIME_NS = 1_234_567_890_123_456_789


def new_file(name: bytes, data: bytes, mtime_ns: int = TIME_NS, *, aside: bytes = b"", root: bytes = ROOT) -> NewFile:
    return NewFile(root + b"/" + name, len(data), mtime_ns, lambda: iter([data] if data else []), aside)


@contextlib.contextmanager
def writing(phone: TestPhone, *, by_link: bool | None = None) -> Iterator[tuple[AdbPhone, AdbWriter]]:
    with adb_phone(phone) as adb, AdbWriter(adb, by_link=by_link) as writer:
        yield adb, writer


def leftovers(phone: TestPhone) -> list[str]:
    return [name for _, folders, files in os.walk(phone.storage) for name in folders + files if ".phoneward-" in name]


@pytest.mark.parametrize("by_link", [True, False], ids=["by-link", "by-move"])
def test_names_contents_and_times(phone: TestPhone, *, by_link: bool) -> None:
    names = [b"x", b"a b\n'q\"$(id)`", b"-rf", b"*", b"\xff\xfe", b"\xe5\xae\x88", b"%s\\n", b"n" * 255, b".hidden"]
    files = {b"sub/" + name: trees.content(name, number * 50_000) for number, name in enumerate(names)}
    times = {name: TIME_NS + number * 1_000_000_007 for number, name in enumerate(files)}
    times[b"sub/x"], times[b"sub/*"] = -5_000_000_001, 5_000_000_000_000_000_001
    with writing(phone, by_link=by_link) as (_adb, writer):
        assert [made.refusal for made in writer.make_folders([ROOT + b"/sub", ROOT + b"/sub/-p\n"])] == [None, None]
        told = list(writer.write(new_file(name, data, times[name]) for name, data in files.items()))
    assert [(w.path, w.refusal, w.exact_time) for w in told] == [(ROOT + b"/" + name, None, True) for name in files]
    for name, data in files.items():
        path = os.fsencode(phone.storage) + b"/" + name
        assert Path(os.fsdecode(path)).read_bytes() == data
        assert os.stat(path).st_mtime_ns == times[name], name
        assert os.stat(path).st_nlink == 1
    assert (phone.storage / "sub/-p\n").is_dir()
    assert leftovers(phone) == []


@pytest.mark.parametrize("by_link", [True, False], ids=["by-link", "by-move"])
def test_what_is_there_stays(phone: TestPhone, *, by_link: bool) -> None:
    mine = phone.storage / "photo.jpg"
    mine.write_bytes(b"mine")
    (phone.storage / "folder").mkdir()
    (phone.storage / "dangling").symlink_to("nowhere")
    trees.give_to_phone(phone.storage)
    with writing(phone, by_link=by_link) as (_adb, writer):
        told = list(writer.write([new_file(name, b"theirs") for name in (b"photo.jpg", b"folder", b"dangling")]))
        assert [w.refusal for w in told] == [Refusal.EXISTS] * 3
        assert mine.read_bytes() == b"mine"
        assert list((phone.storage / "folder").iterdir()) == []
        assert not (phone.storage / "nowhere").exists()
        (aside,) = writer.write([new_file(b"photo.jpg", b"theirs", aside=b"photo.jpg.old")])
    assert (aside.refusal, aside.set_aside) == (None, True)
    assert (mine.read_bytes(), (phone.storage / "photo.jpg.old").read_bytes()) == (b"theirs", b"mine")
    assert leftovers(phone) == []


@pytest.mark.parametrize("by_link", [True, False], ids=["by-link", "by-move"])
def test_an_old_copy_that_is_in_the_way_of_setting_aside_stays_too(phone: TestPhone, *, by_link: bool) -> None:
    (phone.storage / "a").write_bytes(b"mine")
    (phone.storage / "a.file").write_bytes(b"older")
    (phone.storage / "a.folder").mkdir()
    (phone.storage / "a.link").symlink_to("nowhere")
    trees.give_to_phone(phone.storage)
    with writing(phone, by_link=by_link) as (_adb, writer):
        for aside in (b"a.file", b"a.folder", b"a.link"):
            (told,) = writer.write([new_file(b"a", b"theirs", aside=aside)])
            assert told.refusal is Refusal.EXISTS
    assert ((phone.storage / "a").read_bytes(), (phone.storage / "a.file").read_bytes()) == (b"mine", b"older")
    assert list((phone.storage / "a.folder").iterdir()) == []
    assert (phone.storage / "a.link").is_symlink()


def test_nothing_goes_through_a_link(phone: TestPhone) -> None:
    outside = phone.root / "data/local/tmp/outside"
    outside.mkdir()
    outside.chmod(0o777)
    (phone.storage / "link").symlink_to("/data/local/tmp/outside")
    (phone.storage / "real").mkdir()
    (phone.storage / "real").chmod(0o777)
    with writing(phone) as (_adb, writer):
        (folder,) = writer.make_folders([ROOT + b"/link/new"])
        (through,) = writer.make_folders([ROOT + b"/link"])
        told = list(writer.write([new_file(b"link/x", b"1"), new_file(b"real/x", b"2"), new_file(b"none/x", b"3")]))
    assert folder.refusal is through.refusal is Refusal.IN_THE_WAY
    assert [w.refusal for w in told] == [Refusal.IN_THE_WAY, None, Refusal.IN_THE_WAY]
    assert list(outside.iterdir()) == []


def test_a_folder_that_becomes_a_link_while_a_file_is_sent(phone: TestPhone) -> None:
    outside = phone.root / "data/local/tmp/outside"
    outside.mkdir()
    outside.chmod(0o777)
    folder = phone.storage / "real"
    folder.mkdir()
    folder.chmod(0o777)

    def swapping() -> Iterator[bytes]:
        yield b"half"
        folder.rename(phone.storage / "moved")
        folder.symlink_to("/data/local/tmp/outside")
        yield b"half"

    with writing(phone) as (_adb, writer):
        (told,) = writer.write([NewFile(ROOT + b"/real/x", 8, TIME_NS, swapping)])
    assert told.refusal is not None
    assert not (outside / "x").exists()


def test_a_source_that_breaks_leaves_out_one_file(phone: TestPhone) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x" * 300_000
        raise PhonewardError

    files = [new_file(b"%d" % n, b"data %d" % n) for n in range(5)]
    files[2] = NewFile(ROOT + b"/2", 600_000, TIME_NS, broken)
    with writing(phone) as (_adb, writer):
        told = list(writer.write(files))
    assert [w.refusal for w in told] == [None, None, Refusal.SOURCE, None, None]
    assert sorted(path.name for path in phone.storage.iterdir()) == ["0", "1", "3", "4"]


def test_a_path_that_the_sync_service_cannot_name(phone: TestPhone) -> None:
    folder = b"/".join([b"d" * 200] * 8)
    big = os.urandom(3_000_000)

    def broken() -> Iterator[bytes]:
        yield b"x"
        raise PhonewardError

    with writing(phone) as (_adb, writer):
        above = [ROOT + b"/" + b"/".join([b"d" * 200] * depth) for depth in range(1, 9)]
        assert [made.refusal for made in writer.make_folders(above)] == [None] * 8
        files = [new_file(folder + b"/x'y", big), new_file(folder + b"/0", b"", 7 * 10**9), new_file(b"z", b"z")]
        files.insert(1, NewFile(ROOT + b"/" + folder + b"/bad", 2, TIME_NS, broken))
        told = list(writer.write(files))
    assert [(w.refusal, w.exact_time) for w in told] == [
        (None, True),
        (Refusal.SOURCE, True),
        (None, True),
        (None, True),
    ]
    place = phone.storage / folder.decode()
    assert {path.name: path.read_bytes() for path in place.iterdir()} == {"x'y": big, "0": b""}


def test_a_full_phone(phone: TestPhone) -> None:
    card = b"/storage/1A2B-3C4D"
    mount_small(phone, "storage/1A2B-3C4D", "3m")
    big, small = os.urandom(2_000_000), b"small"
    files = [new_file(name, big if name in b"abc" else small, root=card) for name in (b"a", b"b", b"s", b"c", b"t")]
    with writing(phone) as (adb, writer):
        free = writer.free_bytes(card)
        assert free is not None
        assert 2_000_000 < free <= 3 << 20
        told = {w.path[-1:]: w.refusal for w in writer.write(files)}
        assert told[b"a"] is None
        assert told[b"b"] is told[b"c"] is Refusal.NO_ROOM
        names = {item.path for item in adb.list(card)}
    assert {card + b"/" + name for name, refusal in told.items() if refusal is None} == names
    assert hashlib.sha256(phone.shell("cat /storage/1A2B-3C4D/a")).digest() == hashlib.sha256(big).digest()


def mount_small(phone: TestPhone, place: str, size: str) -> None:
    """Put a small file system of its own at a place of the phone, in the phone's own namespace."""
    (phone.root / place).mkdir(parents=True, exist_ok=True)
    command = ["nsenter", "-t", str(phone._phone_pid()), "-m", "mount", "-t", "tmpfs", "-o", f"size={size},mode=777"]
    subprocess.run([*command, "tmpfs", str(phone.root / place)], check=True, timeout=30)


def test_a_phone_that_reads_back_something_else(phone: TestPhone) -> None:
    program = phone.root / "system/bin/sha256sum"
    program.unlink()
    program.write_text('#!/system/bin/sh\ntoybox sha256sum "$@" | sed "s/^....\\(.*victim\\)/0000\\1/"\n')
    program.chmod(0o755)
    with writing(phone) as (_adb, writer):
        told = list(writer.write([new_file(name, b"data") for name in (b"a", b"victim", b"b")]))
    assert [w.refusal for w in told] == [None, Refusal.DIFFERENT, None]
    assert not (phone.storage / "victim").exists()
    assert leftovers(phone) == []


@pytest.mark.parametrize("profile", [profiles.ANDROID_7, profiles.ANDROID_9, profiles.ANDROID_10], ids=lambda p: p.name)
def test_older_phones(phone_factory: PhoneFactory, profile: profiles.Profile) -> None:
    phone = phone_factory(profile=profile)
    files = {b"%d" % n: trees.content(b"%d" % n, n * 10_000) for n in range(20)}
    with writing(phone) as (_adb, writer):
        told = list(writer.write(new_file(name, data) for name, data in files.items()))
        assert [w.refusal for w in told] == [None] * 20
        digests = list(writer.digests([(ROOT + b"/7", 70_000), (ROOT + b"/none", 1), (ROOT + b"/0", 0)]))
    assert digests == [hashlib.sha256(files[b"7"]).digest(), None, hashlib.sha256(b"").digest()]
    for name, data in files.items():
        assert (phone.storage / name.decode()).read_bytes() == data


def test_a_phone_that_cannot_tell_is_not_written_to(phone_factory: PhoneFactory) -> None:
    phone = phone_factory(profile=profiles.ANDROID_5)
    with adb_phone(phone) as adb, pytest.raises(PhoneCannotBeWrittenError):
        AdbWriter(adb).__enter__()


def test_a_command_that_takes_longer_than_silence_is_borne(phone: TestPhone) -> None:
    server = AdbServer(address_from(phone.environment()), idle_timeout=4.0)
    with AdbPhone(phone.serial, server=server) as adb:
        done = adb.shell.run(push_steps.patient(b"cat; sleep 7; echo done; exit 7"), stdin=b"input ")
        assert (done.code, done.stdout) == (7, b"input done\n")
        with pytest.raises(PhoneSilentError):
            adb.shell.run(b"sleep 7")


def test_what_shows_that_the_phone_is_there_ends_with_its_command(phone: TestPhone) -> None:
    """A beat that went on for ten minutes kept a short command from ending: many at once, since it was seldom."""
    once = push_steps.patient(b"true").replace(b"-lt 300", b"-lt 1")
    assert b"-lt 1" in once
    many = b"i=0; while [ $i -lt 600 ]; do sh -c %s & i=$((i+1)); done; wait" % quote(once)
    with adb_phone(phone) as adb:
        done = adb.shell.run(many)
    assert (done.code, done.stdout, done.stderr) == (0, b"", b"")


def test_only_our_own_leftovers_go(phone: TestPhone) -> None:
    ours = [".phoneward-0123456789abcdef-0.part", ".phoneward-fedcba9876543210-17.part"]
    theirs = [".phoneward-0123456789abcdeX-0.part", ".phoneward-0123456789abcdef-.part", ".phoneward-x.part", "keep"]
    for name in ours + theirs:
        trees.put(phone.storage / "DCIM" / name, "file", b"content")
    (phone.storage / "DCIM/.phoneward-00000000000000aa-1.part").symlink_to("keep")
    (phone.storage / "DCIM/.phoneward-00000000000000bb-1.part").write_bytes(b"a file")
    trees.give_to_phone(phone.storage)
    with writing(phone) as (_adb, writer):
        assert writer.remove_leftovers([ROOT + b"/DCIM", ROOT + b"/none"]) == 2
    assert {path.name for path in (phone.storage / "DCIM").iterdir()} == {
        *theirs,
        ".phoneward-00000000000000aa-1.part",
        ".phoneward-00000000000000bb-1.part",
    }
    assert (phone.storage / "DCIM/keep/file").exists()


def test_a_cut_cable_is_a_phone_that_is_gone(phone: TestPhone) -> None:
    with writing(phone) as (_adb, writer):
        phone.proxy.cut("up", 300_000)
        with pytest.raises(PhoneGoneError):
            list(writer.write([new_file(b"%d" % n, os.urandom(200_000)) for n in range(5)]))
    assert [path.name for path in phone.storage.iterdir() if not path.name.startswith(".")] == []


# -- apps --------------------------------------------------------------------------------------------------------------

CHAT = state.App("org.example.chat", 10_200, splits=("split_config.de.apk", "split_config.arm64_v8a.apk"))


def apk_files(app: state.App) -> list[ApkFile]:
    contents = {name: state.apk_bytes(app, name) for name in (app.base, *app.splits)}
    return [ApkFile(name, len(data), _pieces(data)) for name, data in contents.items()]


def _pieces(data: bytes) -> Callable[[], Iterator[bytes]]:
    return lambda: iter([data[:1000], data[1000:]])


def knowing(phone: TestPhone, *apps: state.App) -> TestPhone:
    """Let the phone's package manager recognise these apps' files."""
    phone.answer_with(phone.state.but(apks=tuple(apk for app in apps for apk in state.apks_of(app))))
    return phone


def installed(phone: TestPhone, app: state.App) -> dict[str, bytes]:
    """Return an app's files as the phone has them now."""
    paths = [line.removeprefix("package:") for line in phone.shell(f"pm path {app.name}").decode().splitlines()]
    return {path.rpartition("/")[2]: (phone.root / path.lstrip("/")).read_bytes() for path in paths}


def open_sessions(phone: TestPhone) -> list[str]:
    return [path.name for path in (phone.root / "data/app").glob("vmdl*")]


def test_an_app_with_its_splits(phone: TestPhone) -> None:
    knowing(phone, CHAT)
    with writing(phone) as (_adb, writer):
        assert writer.is_installed(CHAT.name) is False
        writer.install(CHAT.name, apk_files(CHAT))
        assert writer.is_installed(CHAT.name) is True
        with pytest.raises(InstallRefusedError, match="installed already"):
            writer.install(CHAT.name, apk_files(CHAT))
    assert installed(phone, CHAT) == {name: state.apk_bytes(CHAT, name) for name in ("base.apk", *CHAT.splits)}


def test_a_phone_without_the_newest_options(phone_factory: PhoneFactory) -> None:
    phone = phone_factory(state=state.SMALL.but(refused=("-R",)))
    with writing(knowing(phone, CHAT)) as (_adb, writer):
        writer.install(CHAT.name, apk_files(CHAT))


def test_a_refused_app_is_told_in_words_and_its_session_abandoned(phone: TestPhone) -> None:
    phone.play("refuses", "INSTALL_FAILED_NO_MATCHING_ABIS: Failed to extract native")
    with writing(phone) as (_adb, writer):
        with pytest.raises(InstallRefusedError) as refused:
            writer.install(CHAT.name, apk_files(CHAT))
        assert refused.value.reason == "it was made for another kind of processor"
        assert refused.value.words == "Failure [INSTALL_FAILED_NO_MATCHING_ABIS: Failed to extract native]"
        short = ApkFile("base.apk", 99_999, lambda: iter([b"too short"]))
        with pytest.raises(InstallRefusedError):
            writer.install(CHAT.name, [short])
    assert open_sessions(phone) == []


def test_an_apk_that_cannot_be_read_leaves_no_session(phone: TestPhone) -> None:
    def broken() -> Iterator[bytes]:
        yield b"x"
        raise PhonewardError

    with writing(phone) as (_adb, writer), pytest.raises(PhonewardError):
        writer.install(CHAT.name, [ApkFile("base.apk", 10, broken)])
    assert open_sessions(phone) == []


@pytest.mark.parametrize("name", ["base.apk;id", "../base.apk", "-x.apk", "base", "a b.apk"])
def test_odd_names_of_apks_are_not_even_tried(phone: TestPhone, name: str) -> None:
    with writing(phone) as (_adb, writer), pytest.raises(InstallRefusedError):
        writer.install(CHAT.name, [ApkFile(name, 1, lambda: iter([b"x"]))])


# -- words of the phone ------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 3), max_size=20))
def test_codes_that_fit(codes: list[int]) -> None:
    assert push_steps.parse_codes(b"".join(b"%d\n" % code for code in codes), len(codes)) == codes


@given(st.binary(max_size=60), st.integers(0, 5))
@example(b"0\n1", 2)
@example(b"\xc2\xb2\n", 1)
@example(b"99999999\n", 1)
def test_any_codes(answer: bytes, count: int) -> None:
    try:
        codes = push_steps.parse_codes(answer, count)
    except PhoneAnswerError:
        return
    assert len(codes) == count


@given(st.binary(max_size=300))
def test_any_df_and_any_failure(answer: bytes) -> None:
    free = push_steps.parse_free(answer)
    assert free is None or 0 <= free < 2**60
    assert isinstance(sessions.parse_failure(answer), str)


def test_free_room_as_phones_tell_it() -> None:
    # Recorded: toybox df -k of Android 10 and of the test phone; an unknown folder prints an error only.
    told = b"Filesystem      1K-blocks     Used Available Use% Mounted on\n"
    told += b"/data/media     113655444 41923176  71732268  37% /storage/emulated\n"
    assert push_steps.parse_free(told) == 71_732_268 * 1024
    assert push_steps.parse_free(b"df: /nope: No such file or directory\n") is None


@given(st.integers(-62_000_000_000, 250_000_000_000), st.integers(0, 999_999_999))
def test_times_as_touch_reads_them(seconds: int, rest: int) -> None:
    text = push_steps.time_text(seconds * 10**9 + rest).decode()
    done = subprocess.run(["date", "-u", "-d", text, "+%s.%N"], capture_output=True, text=True, check=True, timeout=20)
    assert done.stdout.strip() == f"{seconds}.{rest:09}"


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ("No space left on device", Refusal.NO_ROOM),
        ("Permission denied", Refusal.DENIED),
        ("Read-only file system", Refusal.DENIED),
        ("Invalid argument", Refusal.BAD_NAME),
        ("File name too long", Refusal.BAD_NAME),
        ("Not a directory", Refusal.IN_THE_WAY),
        ("Input/output error", Refusal.FAILED),
    ],
)
def test_words_of_refusals(words: str, refusal: Refusal) -> None:
    assert refusal_of_words(words) is refusal
