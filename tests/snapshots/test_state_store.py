"""What a person decided, in a real vault: several at once, killed programs, damage, hostile snapshots."""

import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest

from phoneward.errors import PhonewardError
from phoneward.phones import open_folder
from phoneward.snapshots import (
    Change,
    OwnerState,
    StateFullError,
    change_state,
    is_state,
    load_state,
    mark_done,
    name_phone,
    set_setting,
    state_pieces,
    state_store,
    write_note,
)
from phoneward.snapshots.file_nodes import document_node
from phoneward.snapshots.layout import STATE_DOCUMENT, STATE_PATHS, STATE_TAG, TAG
from phoneward.snapshots.state import MAX_DOCUMENT
from phoneward.snapshots.state_store import BEFORE_PHONES_NS
from phoneward.vault import (
    BlobId,
    BlobType,
    FileId,
    FileType,
    LocalStorage,
    LockTiming,
    Repository,
    Snapshot,
    StorageDeniedError,
    VaultError,
    encode_tree,
    find_node,
    load_each_snapshot,
    load_snapshots,
    open_repository,
    prune,
    save_snapshot,
)
from phoneward.vault.locks import HeldLock
from phoneward.vault.storage import ListedFile
from tests.snapshots.bench import PASSWORD, Vault, write

AT_ONCE = LockTiming(settle_s=0)
ROOT = Path(__file__).parents[2]
NOW = 1_800_000_000 * 10**9


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path)


@contextmanager
def shared(repo: Repository) -> Iterator[HeldLock]:
    with repo.lock(exclusive=False, timing=AT_ONCE) as lock:
        yield lock


def change(vault: Vault, *changes: Change, **options: Any) -> OwnerState:
    """Change the state as a program does that was started for it."""
    repo = vault.reopen()
    with shared(repo) as lock:
        return change_state(repo, lock, changes, **options)


def load(vault: Vault, **options: Any) -> OwnerState:
    return load_state(open_repository(LocalStorage(vault.folder / "repo"), PASSWORD), **options)


def states(vault: Vault) -> list[Snapshot]:
    return [snapshot for snapshot in load_snapshots(vault.reopen()) if is_state(snapshot)]


def store(vault: Vault, *pieces: bytes, time_ns: int = NOW, **fields: Any) -> FileId:
    """Store a state snapshot of any content, as somebody might who knows the password."""
    repo = vault.reopen()
    with repo.writer() as writer:
        ids = tuple(BlobId(writer.put(BlobType.DATA, piece).result()) for piece in pieces)
        tree = encode_tree([document_node(STATE_DOCUMENT, 1, sum(map(len, pieces)), ids)])
        root = writer.put(BlobType.TREE, tree)
        writer.flush()
        known = {"paths": STATE_PATHS, "tags": (STATE_TAG,), "hostname": "elsewhere", **fields}
        return save_snapshot(repo, Snapshot(time_ns=time_ns, tree=root.result(), **known))


def entry(subject: str, value: object = True, kind: str = "done") -> bytes:
    return json.dumps(
        {"format": 1, "entries": [
            {"kind": kind, "subject": subject, "value": value, "changed_ns": 1, "writer": "w"}
        ]}
    ).encode()  # fmt: skip


def test_what_is_decided_stays_and_there_is_one_snapshot(vault: Vault) -> None:
    assert load(vault) == OwnerState()
    change(vault, name_phone("0", "妈妈的手机"), set_setting("language", "zh_CN"))
    change(vault, mark_done("a"))
    returned = change(vault, mark_done("a", done=False), write_note("n", "two\nlines"))
    state = load(vault)
    assert state == returned
    assert (state.phone_name("0"), state.setting("language")) == ("妈妈的手机", "zh_CN")
    assert (state.is_done("a"), state.note("n")) == (False, "two\nlines")
    (only,) = states(vault)
    assert (only.paths, only.tags) == (("/state",), ("phoneward-state",))
    vault.check()


def test_what_is_so_already_writes_nothing(vault: Vault) -> None:
    change(vault, mark_done("a"))
    before = states(vault)
    packs = [file.name for file in vault.repo.list_files(FileType.PACK)]
    change(vault, mark_done("a"))
    assert states(vault) == before
    assert [file.name for file in vault.repo.list_files(FileType.PACK)] == packs


def test_nothing_of_it_is_in_a_cache(vault: Vault, tmp_path: Path) -> None:
    """Deleting all that this computer remembers loses nothing: the vault alone, carried elsewhere, has it all."""
    write(tmp_path / "phone" / "note.txt", b"x")
    vault.backup(open_folder(tmp_path / "phone"))
    change(vault, name_phone("0", "Mum"))
    shutil.rmtree(vault.state)
    elsewhere = tmp_path / "elsewhere"
    (vault.folder / "repo").rename(elsewhere)
    assert load_state(open_repository(LocalStorage(elsewhere), PASSWORD)).phone_name("0") == "Mum"


def test_a_list_that_is_loaded_already_is_not_read_again(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    change(vault, mark_done("a"))
    stored = load_snapshots(vault.repo)
    read = list[ListedFile]()

    def nothing(_repo: Repository, files: list[ListedFile]) -> tuple[()]:
        read.extend(files)
        return ()

    monkeypatch.setattr(state_store, "load_each_snapshot", nothing)
    assert load(vault, snapshots=stored).is_done("a")
    assert change(vault, mark_done("b"), snapshots=stored).is_done("a")
    assert not read


def test_no_index_is_read_where_there_is_no_state(vault: Vault, tmp_path: Path) -> None:
    write(tmp_path / "phone" / "note.txt", b"x")
    vault.backup(open_folder(tmp_path / "phone"))
    repo = open_repository(LocalStorage(vault.folder / "repo"), PASSWORD)
    assert load_state(repo) == OwnerState()
    assert repo.loaded_indexes == frozenset()


def test_an_index_that_is_too_old_is_brought_up_to_date(vault: Vault) -> None:
    change(vault, mark_done("a"))
    window = open_repository(LocalStorage(vault.folder / "repo"), PASSWORD)
    window.load_index()
    change(vault, mark_done("b"))
    state = load_state(window)
    assert (state.is_done("a"), state.is_done("b")) == (True, True)


def without_index(vault: Vault) -> tuple[OwnerState, bool]:
    """The state as a new process reads it, and whether it needed the index."""
    repo = open_repository(LocalStorage(vault.folder / "repo"), PASSWORD)
    return load_state(repo), bool(repo.loaded_indexes)


def test_no_index_is_read_for_a_state_either(vault: Vault) -> None:
    """The index of a vault with a million files takes seconds; the name of a phone must not."""
    change(vault, name_phone("0", "Mum"))
    state, indexed = without_index(vault)
    assert (state.phone_name("0"), indexed) == ("Mum", False)


@pytest.mark.parametrize(
    "hint",
    [
        None,
        7,
        "x",
        [7],
        [{}],
        [{"type": "tree"}],
        {"type": "tree"},
        ["lie", {"id": "00" * 32}],
        ["lie", {"pack": "00" * 32}],
        ["lie", {"pack": "../../../etc/passwd"}],
        ["lie", {"offset": 10**30}],
        ["lie", {"offset": -1}],
        ["lie", {"offset": 1}],
        ["lie", {"length": 31}],
        ["lie", {"length": 10**9}],
        ["lie", {"uncompressed_length": 1}],
        ["lie", {"uncompressed_length": 10**9}],
        ["lie", {"type": "data"}],
    ],
)
def test_a_hint_that_lies_leads_to_the_index(hint: Any, vault: Vault) -> None:
    change(vault, mark_done("a"))
    (only,) = states(vault)
    if isinstance(hint, list) and hint[0] == "lie":
        hint = [{**piece, **hint[1]} for piece in only.extra[state_pieces.HINT]]
    vault.repo.remove_unpacked(FileType.SNAPSHOT, FileId(only.id or ""))
    save_snapshot(vault.repo, msgspec.structs.replace(only, id=None, extra={state_pieces.HINT: hint}))
    state, indexed = without_index(vault)
    assert (state.is_done("a"), indexed) == (True, True)


def test_a_hint_that_makes_a_huge_piece_look_small(vault: Vault) -> None:
    huge = store(vault, bytes(5 << 20))
    (found,) = states(vault)
    node = find_node(vault.repo, found.tree, b"/" + STATE_DOCUMENT)
    blobs = [(BlobType.TREE, found.tree), *((BlobType.DATA, blob) for blob in node.content or ())]
    hint = state_pieces.hint_for(vault.repo, blobs)
    for piece in hint[state_pieces.HINT]:  # type: ignore[attr-defined]
        piece["uncompressed_length"] = 10
    vault.repo.remove_unpacked(FileType.SNAPSHOT, huge)
    save_snapshot(vault.repo, msgspec.structs.replace(found, id=None, extra=hint))
    loaded: list[BlobType] = []
    real = Repository.load_blob

    def load_blob(repo: Repository, kind: BlobType, blob: BlobId) -> bytes:
        loaded.append(kind)
        return real(repo, kind, blob)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Repository, "load_blob", load_blob)
        assert list(reports(vault).values()) == ["state-damaged"]
    assert loaded == [BlobType.TREE], "the huge one was never unpacked"


# -- several at once ---------------------------------------------------------------------------------------------


def test_two_that_read_the_same_and_write_both_lose_nothing(vault: Vault) -> None:
    """In the worst order: both have read before either writes."""
    change(vault, mark_done("first"))
    one, two = (open_repository(LocalStorage(vault.folder / "repo"), PASSWORD) for _ in range(2))
    real, barrier = state_store._read_stored, threading.Barrier(2)

    def read(repo: Repository, known: Any) -> Any:
        found = real(repo, known)
        barrier.wait(30)
        return found

    def work(repo: Repository, name: str) -> None:
        with shared(repo) as lock:
            change_state(repo, lock, [mark_done(name)])

    threads = [threading.Thread(target=work, args=pair) for pair in ((one, "one"), (two, "two"))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(state_store, "_read_stored", read)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
    assert len(states(vault)) >= 2
    state = load(vault)
    assert all(map(state.is_done, ("first", "one", "two")))
    assert all(map(change(vault, mark_done("last")).is_done, ("first", "one", "two")))
    assert len(states(vault)) == 1


def start(vault: Vault, *words: str) -> "subprocess.Popen[str]":
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    command = [sys.executable, "-m", "tests.snapshots.state_me", str(vault.folder / "repo"), *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT, text=True)


def kept(process: "subprocess.Popen[str]") -> int:
    """Wait; return how many changes the program called kept."""
    output, _nothing = process.communicate(timeout=120)
    return len(output.splitlines())


def judged(vault: Vault) -> None:
    """restic finds nothing wrong, once the locks of the dead are gone."""
    vault.repo.unlock()
    vault.check()


def test_two_programs_at_once_lose_nothing(vault: Vault) -> None:
    count = 12
    programs = {name: start(vault, name, "0", str(count)) for name in ("a", "b", "c")}
    reader = open_repository(LocalStorage(vault.folder / "repo"), PASSWORD)
    seen = 0
    while any(process.poll() is None for process in programs.values()):
        entries = len(load_state(reader).entries)  # without a lock, while snapshots come and go
        assert entries >= seen, "what was there once is never missing"
        seen = entries
    assert [kept(process) for process in programs.values()] == [count] * 3
    state = load(vault)
    assert all(state.is_done(f"{name}-{number}") for name in programs for number in range(count))
    change(vault, mark_done("last"))
    assert len(states(vault)) == 1
    judged(vault)


@pytest.mark.parametrize("where", ["before", "between"])
def test_killed_between_the_steps(where: str, vault: Vault) -> None:
    change(vault, mark_done("earlier"))
    assert kept(start(vault, "a", "0", "1", where)) == 0
    state = load(vault)
    assert state.is_done("earlier")
    assert state.is_done("a-0") is (where == "between")
    assert len(states(vault)) == (2 if where == "between" else 1)
    assert change(vault, mark_done("later")).is_done("earlier")
    assert len(states(vault)) == 1, "the lock of the dead program does not count"
    assert load(vault) == load(vault).merged(state)
    judged(vault)


def test_what_was_called_kept_survives_every_kill(vault: Vault) -> None:
    dice = random.Random(20261128)
    called = 0
    for number in range(6):
        process = start(vault, str(number), "0", "1000")
        assert process.stdout is not None
        assert process.stdout.readline() == "0\n"
        time.sleep(dice.uniform(0, 0.2))  # anywhere in a change, no matter where
        process.kill()
        done = 1 + kept(process)
        called += done
        state = load(vault)
        assert all(state.is_done(f"{number}-{n}") for n in range(done))
    assert len(load(vault).entries) >= called
    judged(vault)


def test_while_others_work_nothing_is_removed_under_their_eyes(vault: Vault) -> None:
    change(vault, mark_done("a"))
    with shared(open_repository(LocalStorage(vault.folder / "repo"), PASSWORD)):
        change(vault, mark_done("b"))
        assert len(states(vault)) == 2
    assert change(vault, mark_done("c")).is_done("b")
    assert len(states(vault)) == 1


def test_a_reader_whose_snapshot_goes_meanwhile_reads_the_one_that_took_its_place(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(vault, mark_done("a"))
    changed = list[str]()

    def late(repo: Repository, files: list[ListedFile]) -> Iterator[tuple[FileId, Snapshot | PhonewardError]]:
        if not changed:
            changed.append("once")
            change(vault, mark_done("b"))
        return load_each_snapshot(repo, files)

    monkeypatch.setattr(state_store, "load_each_snapshot", late)
    reported: list[FileId] = []
    state = load(vault, on_damaged=lambda name, _error: reported.append(name))
    assert (state.is_done("a"), state.is_done("b"), reported) == (True, True, [])


def test_a_list_from_before_a_prune_is_read_anew(vault: Vault) -> None:
    change(vault, mark_done("a"))
    window = vault.reopen()
    old = load_snapshots(window)
    change(vault, mark_done("b"))
    repo = vault.reopen()
    with repo.lock(exclusive=True, timing=AT_ONCE) as lock:
        prune(repo, lock)
    reported: list[FileId] = []
    state = load_state(window, snapshots=old, on_damaged=lambda name, _error: reported.append(name))
    assert (state.is_done("a"), state.is_done("b"), reported) == (True, True, [])


# -- a vault that cannot be written as one would like -------------------------------------------------------------


def test_where_nothing_can_be_removed_nothing_is_lost(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    real = LocalStorage.remove

    def append_only(storage: LocalStorage, file_type: FileType, name: FileId) -> None:
        if file_type is FileType.SNAPSHOT:
            raise StorageDeniedError(path=name, detail="append only")
        real(storage, file_type, name)

    monkeypatch.setattr(LocalStorage, "remove", append_only)
    for number in range(5):
        change(vault, mark_done(str(number)))
    assert len(states(vault)) == 5
    assert len(load(vault).entries) == 5
    monkeypatch.undo()
    change(vault, mark_done("last"))
    assert len(states(vault)) == 1


def test_a_lost_lock_changes_nothing(vault: Vault) -> None:
    change(vault, mark_done("a"))
    before = states(vault)
    repo = vault.reopen()
    with shared(repo) as lock:
        repo.unlock(remove_all=True)
        with pytest.raises(VaultError):
            change_state(repo, lock, [mark_done("b")])
    assert states(vault) == before


def test_no_more_room_changes_nothing(vault: Vault) -> None:
    change(vault, mark_done("a"))
    before = states(vault)
    many = [write_note(str(number), "x" * 4000) for number in range(1100)]
    with pytest.raises(StateFullError):
        change(vault, *many)
    assert states(vault) == before


def test_a_clock_that_went_back(vault: Vault) -> None:
    """The snapshot that holds the most is the newest one all the same, for restic's rules and for ours."""
    change(vault, set_setting("size", 1), now_ns=NOW * 2)
    change(vault, set_setting("size", 2), now_ns=NOW)
    assert load(vault).setting("size") == 2
    (only,) = states(vault)
    assert only.time_ns == NOW * 2 + 1 - BEFORE_PHONES_NS


# -- damage and hostile snapshots ---------------------------------------------------------------------------------


def reports(vault: Vault) -> dict[str, str]:
    """What is reported as damaged: the snapshot and the error's code."""
    found: dict[str, str] = {}

    def note(name: FileId, error: PhonewardError) -> None:
        assert error.sentence()
        assert error.advice()
        found[name] = error.code

    load(vault, on_damaged=note)
    return found


def test_a_damaged_one_hides_no_other_and_stays(vault: Vault) -> None:
    store(vault, entry("good"))
    torn = store(vault, b'{"format": 1, "entries": [')
    newer = store(vault, b'{"format": 2}')
    wrong = store(vault, b'{"format": 1, "entries": 5}')
    nothing = store(vault)
    assert load(vault).is_done("good")
    assert reports(vault) == {
        torn: "state-damaged", newer: "state-too-new", wrong: "state-damaged", nothing: "state-damaged"
    }  # fmt: skip
    change(vault, mark_done("mine"))
    assert {snapshot.id for snapshot in states(vault)} >= {torn, newer, wrong, nothing}
    assert len(states(vault)) == 5, "what was read whole went"
    assert load(vault).is_done("good")


def test_a_snapshot_file_and_a_pack_that_are_damaged(vault: Vault) -> None:
    torn, lost = store(vault, entry("a"), time_ns=1), store(vault, entry("b"), time_ns=2)
    place = vault.folder / "repo" / "snapshots" / torn
    place.chmod(0o600)
    place.write_bytes(b"torn")
    repo = vault.reopen()
    (found,) = [s for s in load_snapshots(repo, on_damaged=lambda _name, _error: None) if s.id == lost]
    pack = next(iter(repo.index.lookup(BlobType.TREE, found.tree))).pack
    for path in (vault.folder / "repo" / "data").rglob(pack):
        path.chmod(0o600)
        path.write_bytes(bytes(path.stat().st_size))
    assert reports(vault).keys() == {torn, lost}
    assert change(vault, mark_done("c")).is_done("c")
    assert reports(vault).keys() == {torn, lost}, "still there, for whoever can mend them"


def test_claims_of_a_gigabyte(vault: Vault) -> None:
    piece = bytes(1 << 20)
    huge = store(vault, *([piece] * 500))
    larger = store(vault, bytes(MAX_DOCUMENT + 1))
    repo = vault.reopen()
    with repo.writer() as writer:
        ids = (BlobId(bytes(32)),)
        nodes = [document_node(STATE_DOCUMENT, 1, 1 << 40, ids), document_node(b"x" * 70_000, 1, 0, ())]
        root = writer.put(BlobType.TREE, encode_tree(nodes))
        writer.flush()
    tree = save_snapshot(repo, Snapshot(time_ns=1, tree=root.result(), paths=STATE_PATHS, tags=(STATE_TAG,)))
    store(vault, entry("good"))
    tracemalloc.start()
    try:
        assert set(reports(vault)) == {huge, larger, tree}
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30 << 20
    assert load(vault).is_done("good")


def test_thousands_of_state_snapshots(vault: Vault) -> None:
    oldest = store(vault, entry("old"), time_ns=1)
    newest = store(vault, entry("new"), time_ns=NOW)
    repo = vault.reopen()
    (tree,) = {s.tree for s in load_snapshots(repo) if s.id == newest}
    for number in range(1200):
        save_snapshot(repo, Snapshot(time_ns=2 + number, tree=tree, paths=STATE_PATHS, tags=(STATE_TAG,)))
    begun = time.monotonic()
    assert list(reports(vault).values()) == ["state-too-many"]
    assert time.monotonic() - begun < 20
    state = change(vault, mark_done("mine"))
    assert (state.is_done("new"), state.is_done("old")) == (True, False)
    left = {snapshot.id for snapshot in states(vault)}
    assert oldest in left, "what was not read is not removed"
    assert newest not in left
    assert len(left) == 1202 - 1000 + 1
    assert change(vault, mark_done("more")).is_done("old"), "the next change gets to the others"


def test_documents_are_bounded_together(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        store(vault, entry(str(number)), time_ns=number)
    monkeypatch.setattr(state_store, "MAX_BYTES", len(entry("0")) * 2)
    assert list(reports(vault).values()) == ["state-too-many"]
    assert load(vault).is_done("4")


@pytest.mark.parametrize(
    "fields", [{"tags": (STATE_TAG, TAG)}, {"paths": ("/home/me",)}, {"tags": ("mine",)}, {"tags": ()}]
)
def test_only_what_is_surely_ours_is_removed(fields: dict[str, Any], vault: Vault) -> None:
    """Somebody may put the tag on a snapshot of their own that happens to hold a `state.json`."""
    theirs = store(vault, entry("a"), **fields)
    assert change(vault, mark_done("b")).is_done("a")
    assert theirs in {snapshot.id for snapshot in load_snapshots(vault.reopen())}


def test_a_tagged_folder_that_holds_more_is_not_removed(vault: Vault) -> None:
    repo = vault.reopen()
    with repo.writer() as writer:
        blob = writer.put(BlobType.DATA, entry("a")).result()
        nodes = [document_node(name, 1, 1, (BlobId(blob),)) for name in (STATE_DOCUMENT, b"diary.txt")]
        root = writer.put(BlobType.TREE, encode_tree(nodes))
        writer.flush()
    theirs = save_snapshot(repo, Snapshot(time_ns=1, tree=root.result(), paths=STATE_PATHS, tags=(STATE_TAG,)))
    assert change(vault, mark_done("b")).is_done("a")
    assert theirs in {snapshot.id for snapshot in states(vault)}


def test_a_snapshot_that_vanishes_while_all_are_listed_is_no_damage(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`load_snapshots` is what lists, backups and searches use while somebody changes the state."""
    gone, stays = store(vault, entry("a"), time_ns=1), store(vault, entry("b"), time_ns=2)
    repo = vault.reopen()
    real: Callable[..., Any] = repo.list_files
    listed = list(real(FileType.SNAPSHOT))
    (vault.folder / "repo" / "snapshots" / gone).unlink()
    answers = iter([listed])
    monkeypatch.setattr(repo, "list_files", lambda kind: next(answers, None) or list(real(kind)))
    assert [snapshot.id for snapshot in load_snapshots(repo)] == [stays]
    monkeypatch.setattr(repo, "list_files", lambda _kind: listed)
    with pytest.raises(VaultError):
        load_snapshots(repo)
