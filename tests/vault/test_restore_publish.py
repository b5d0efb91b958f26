"""When restored files get their names: never before their content is on the disk."""

import errno
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from phoneward.vault import restore_files, restore_publish, restore_system, restore_target
from phoneward.vault.blobs import BlobId
from phoneward.vault.errors import RestoreTargetError
from phoneward.vault.restore import restore_tree
from phoneward.vault.restore_report import Existing, IssueKind
from tests.vault.blobstore import BlobStore

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="files are flushed one by one elsewhere")
TEMPORARY = re.compile(rb"\.phoneward-[0-9a-f]{16}\.part")


class Step(NamedTuple):
    """What reached the system: `write` of a file's whole content, `flush` of everything, `fsync`, or `name`."""

    verb: str
    inode: int = 0
    name: bytes = b""


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[Step]:
    """Every step of a restore that a power cut may come after, in order, with the inode it concerns."""
    taken: list[Step] = []
    write, fsync = restore_files._write_content, os.fsync
    flush, publish = restore_system.flush_file_system, restore_target.HeldFolder.publish

    def writing(descriptor: int, pieces: object) -> None:
        write(descriptor, pieces)  # type: ignore[arg-type]
        taken.append(Step("write", os.fstat(descriptor).st_ino))

    def syncing(descriptor: int) -> None:
        fsync(descriptor)
        taken.append(Step("fsync", os.fstat(descriptor).st_ino))

    def flushing(descriptor: int) -> None:
        flush(descriptor)
        taken.append(Step("flush"))

    def naming(self: restore_target.HeldFolder, temporary: bytes, name: bytes, *, replace: bool) -> None:
        assert TEMPORARY.fullmatch(temporary)
        status = self.lstat(temporary)
        assert status is not None
        taken.append(Step("name", status.st_ino, name))
        publish(self, temporary, name, replace=replace)

    monkeypatch.setattr(restore_files, "_write_content", writing)
    monkeypatch.setattr("phoneward.vault.restore_files.os.fsync", syncing)
    monkeypatch.setattr(restore_publish, "flush_file_system", flushing)
    monkeypatch.setattr(restore_target.HeldFolder, "publish", naming)
    return taken


def _torn(steps: list[Step]) -> list[bytes]:
    """Return the names that a power cut after some step leaves without their content.

    The model: content survives only if a flush came after it was written; a rename may survive from the moment it is
    made (ext4 writes its journal whenever it likes).
    """
    unflushed: set[int] = set()
    torn = []
    for step in steps:
        if step.verb == "write":
            unflushed.add(step.inode)
        elif step.verb == "fsync":
            unflushed.discard(step.inode)
        elif step.verb == "flush":
            unflushed.clear()
        elif step.inode in unflushed:
            torn.append(step.name)
    return torn


def _many(store: BlobStore, folders: int = 3, files: int = 40) -> BlobId:
    return store.put_tree(
        store.folder(b"d%d" % d, *(store.file(b"f%03d" % i, b"%d of %d" % (i, d)) for i in range(files)))
        for d in range(folders)
    )


@pytest.mark.parametrize("existing", list(Existing))
@pytest.mark.parametrize("together", [True, False])
def test_no_power_cut_leaves_a_name_without_its_content(
    tmp_path: Path, steps: list[Step], monkeypatch: pytest.MonkeyPatch, existing: Existing, *, together: bool
) -> None:
    store = BlobStore()
    big = store.file(b"big", *(os.urandom(1 << 20) for _ in range(3)))
    top = store.put_tree([big, store.folder(b"d", *(store.file(b"f%d" % i, b"x%d" % i) for i in range(50)))])
    monkeypatch.setattr(restore_publish, "GROUP_FILES", 16)
    monkeypatch.setattr(restore_publish, "can_flush_file_system", lambda _descriptor: together)
    if existing is Existing.REPLACE:
        (tmp_path / "d").mkdir()
        (tmp_path / "d" / "f3").write_bytes(b"older")
    assert restore_tree(store, top, tmp_path, existing=existing).complete
    assert [step.verb for step in steps].count("name") == 51
    assert _torn(steps) == []
    assert [step.verb for step in steps].count("fsync") >= (0 if together else 51)
    if together:
        assert steps[-1].verb == "flush", "names are durable when it returns"
        assert [step.verb for step in steps].count("flush") < 10


def test_the_model_sees_a_missing_flush(tmp_path: Path, steps: list[Step]) -> None:
    store = BlobStore()
    restore_tree(store, _many(store), tmp_path, durable=False)
    assert len(_torn(steps)) == 120


def test_a_group_is_bounded_by_files_and_bytes(
    tmp_path: Path, steps: list[Step], monkeypatch: pytest.MonkeyPatch
) -> None:
    store = BlobStore()
    monkeypatch.setattr(restore_publish, "can_flush_file_system", lambda _descriptor: True)
    monkeypatch.setattr(restore_publish, "GROUP_BYTES", 1_500_000)
    top = store.put_tree(store.file(b"f%d" % i, b"%d" % i * 600_000) for i in range(10))
    restore_tree(store, top, tmp_path)
    assert [step.verb for step in steps].count("flush") >= 4


@pytest.mark.parametrize(("number", "full"), [(errno.EIO, False), (errno.ENOSPC, True)])
def test_when_the_flush_of_all_fails_each_file_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, *, full: bool
) -> None:
    """The system does not say whose content was lost: another program's file must not take ours along."""
    store = BlobStore()
    top = _many(store, folders=1)
    fsync = os.fsync
    flushed = []

    def failing(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    def one_is_bad(descriptor: int) -> None:
        flushed.append(descriptor)
        if len(flushed) == 7:
            raise OSError(number, os.strerror(number))
        fsync(descriptor)

    monkeypatch.setattr(restore_publish, "can_flush_file_system", lambda _descriptor: True)
    monkeypatch.setattr(restore_publish, "flush_file_system", failing)
    monkeypatch.setattr("phoneward.vault.restore_publish.os.fsync", one_is_bad)
    if full:
        with pytest.raises(RestoreTargetError):
            restore_tree(store, top, tmp_path)
    else:
        report = restore_tree(store, top, tmp_path)
        assert (report.files, report.counts) == (39, {IssueKind.FAILED: 1})
        assert len(list((tmp_path / "d0").iterdir())) == 39
    assert not list(tmp_path.rglob(".*"))


def test_a_name_taken_while_files_wait_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = BlobStore()
    flush = restore_system.flush_file_system

    def taking(descriptor: int) -> None:
        (tmp_path / "d0" / "f007").write_bytes(b"mine")
        flush(descriptor)

    monkeypatch.setattr(restore_publish, "can_flush_file_system", lambda _descriptor: True)
    monkeypatch.setattr(restore_publish, "flush_file_system", taking)
    report = restore_tree(store, _many(store, folders=1), tmp_path)
    assert (tmp_path / "d0" / "f007").read_bytes() == b"mine"
    assert (report.files, report.counts) == (39, {IssueKind.KEPT: 1})
    assert len(list((tmp_path / "d0").iterdir())) == 40


_KILLED = """
import sys, time
from pathlib import Path
from phoneward.vault import restore_publish
from phoneward.vault.restore import restore_tree
from tests.vault.blobstore import BlobStore
from tests.vault.test_restore_publish import _many

name = restore_publish.Publisher._name

def naming(self, group):
    if group:
        name(self, group[:5])
        print("named", flush=True)
        time.sleep(60)

restore_publish.Publisher._name = naming
store = BlobStore()
restore_tree(store, _many(store), Path(sys.argv[1]))
"""


def test_a_kill_between_flush_and_names_leaves_whole_files_and_temporary_ones(tmp_path: Path) -> None:
    target = tmp_path / "t"
    process = subprocess.Popen([sys.executable, "-c", _KILLED, target], stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdout.readline() == b"named\n"
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    process.stdout.close()
    names = [os.fsencode(path.name) for path in target.rglob("*") if path.is_file()]
    named = [name for name in names if not TEMPORARY.fullmatch(name)]
    assert 5 <= len(named) < 120
    store = BlobStore()
    report = restore_tree(store, _many(store), target)
    assert report.complete
    assert report.already_there == len(named)
