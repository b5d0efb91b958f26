"""What lies on a real OpenSSH server, in which order it came there, and what is left where way or disk fail."""

import contextlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward.vault import FileType, StorageError
from phoneward.vault.errors import FileMissingError, StorageDeniedError, TransientStorageError
from phoneward.vault.storage import NO_NAME, ListedFile
from phoneward.vault.storage.sftp import SftpStorage
from phoneward.vaultplace import RemotePlace, parse_place
from tests.phone.faultproxy import FaultProxy
from tests.tools.sshserver import SshServer
from tests.vault.storage.suite import NAMED, name_of

PROGRAM = "/usr/lib/openssh/sftp-server"
DATA = bytes(range(256)) * 12_000
NAME = name_of(DATA)
PACK = f"data/{NAME[:2]}/{NAME}"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """A server that writes down what it does."""
    folder = tmp_path_factory.mktemp("sshd")
    with SshServer(folder, sftp_server=f"{PROGRAM} -e -l VERBOSE 2>>{folder / 'done'}") as server:
        yield server


@pytest.fixture(autouse=True)
def _own_ssh(server: SshServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(server.client), prepend=":")


def at(server: SshServer, path: Path | str, port: int | None = None) -> SftpStorage:
    place = parse_place(server.address(path, port))
    assert isinstance(place, RemotePlace)
    return SftpStorage(place, timeout_s=10)


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    return tmp_path / "vault"


@pytest.fixture
def storage(server: SshServer, vault: Path) -> SftpStorage:
    storage = at(server, vault)
    storage.create()
    return storage


def test_the_layout_is_restics_and_private(storage: SftpStorage, vault: Path) -> None:
    for kind in NAMED:
        storage.save(kind, name_of(b"x"), [b"x"])
    assert {path.name for path in vault.iterdir()} == {"data", "index", "keys", "locks", "snapshots"}
    assert len(list((vault / "data").iterdir())) == 256
    assert (vault / "data" / name_of(b"x")[:2] / name_of(b"x")).read_bytes() == b"x"
    assert (vault / "index" / name_of(b"x")).stat().st_mode & 0o777 == 0o400
    assert {path.stat().st_mode & 0o777 for path in vault.rglob("*") if path.is_dir()} == {0o700}


def test_a_file_is_on_the_disk_before_it_has_its_name(storage: SftpStorage, server: SshServer) -> None:
    storage.save(FileType.PACK, name_of(b"first"), [b"first"])
    log = server.folder / "done"
    before = log.stat().st_size
    storage.save(FileType.PACK, NAME, [DATA])
    assert storage.exists(FileType.PACK, NAME)  # so that all before is written down
    lines = [line for line in log.read_bytes()[before:].decode().splitlines() if NAME in line]
    changes = [line for line in lines if not line.startswith(("lstat", "fsetstat", "set"))]
    assert [line.split()[0] for line in changes] == ["open", "fsync", "hardlink", "fsync", "remove", "close"]
    assert "EXCL" in changes[0]
    assert f"written {len(DATA)}" in changes[-1]


def test_a_relative_place_begins_in_the_home(server: SshServer) -> None:
    relative = os.path.relpath(server.folder / "here", Path("~").expanduser())
    storage = at(server, relative)
    storage.create()
    storage.save(FileType.CONFIG, NO_NAME, [b"x"])
    assert (server.folder / "here" / "config").read_bytes() == b"x"


def test_a_place_that_is_missing_holds_nothing(server: SshServer, tmp_path: Path) -> None:
    storage = at(server, tmp_path / "none")
    assert list(storage.list(FileType.KEY)) == []
    assert list(storage.list(FileType.PACK)) == []
    assert not storage.exists(FileType.CONFIG, NO_NAME)
    with pytest.raises(FileMissingError):
        storage.remove(FileType.CONFIG, NO_NAME)


def test_a_place_that_cannot_be_made_says_why(server: SshServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(StorageError, match="file"):
        at(server, tmp_path / "file" / "vault").create()
    assert (tmp_path / "file").read_bytes() == b"x"


def test_a_place_behind_a_link_is_the_persons_own_business(server: SshServer, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to("disk")
    storage = at(server, tmp_path / "link" / "vault")
    storage.create()
    storage.create()
    assert (tmp_path / "disk" / "vault" / "data" / "00").is_dir()


def test_a_pack_folder_that_restic_did_not_make_is_made(storage: SftpStorage, vault: Path) -> None:
    shutil.rmtree(vault / "data" / NAME[:2])
    storage.save(FileType.PACK, NAME, [DATA])
    assert (vault / PACK).read_bytes() == DATA


def test_links_and_pipes_among_the_files_are_not_followed(storage: SftpStorage, vault: Path) -> None:
    (vault / "secret").write_bytes(b"secret")
    for number, name in enumerate((name_of(b"link"), name_of(b"pipe"), name_of(b"folder"))):
        path = vault / "index" / name
        (lambda p: p.symlink_to(vault / "secret"), os.mkfifo, Path.mkdir)[number](path)
        with pytest.raises(StorageError, match="not a regular file"):
            storage.load(FileType.INDEX, name)
    assert list(storage.list(FileType.INDEX)) == []
    storage.save(FileType.INDEX, NAME, [b"x"])  # the server that waits at the pipe is left behind
    assert list(storage.list(FileType.INDEX)) == [ListedFile(NAME, 1)]


def test_leftovers_of_a_cut_are_removed_by_the_servers_clock(storage: SftpStorage, vault: Path) -> None:
    old = vault / "data" / NAME[:2] / f"{NAME}-tmp-0123"
    young = vault / "index" / f"{NAME}-tmp-0123"
    config = vault / "config-tmp-77"
    stranger = vault / "index" / "my-tmp-notes"
    for path in (old, young, stranger, config):
        path.write_bytes(b"x")
    for path in (old, stranger, config):
        os.utime(path, (1, 1))
    os.utime(young, (young.stat().st_mtime - 60,) * 2)
    assert storage.remove_leftovers(3600) == 2
    assert [path.exists() for path in (old, config, young, stranger)] == [False, False, True, True]
    assert [path.name for path in vault.iterdir() if path.is_file()] == []


def test_room_on_the_server(storage: SftpStorage, vault: Path) -> None:
    room = storage.free_space()
    assert room is not None
    status = os.statvfs(vault)
    assert abs(room.free - status.f_bavail * status.f_frsize) < 2**30
    assert room.block >= status.f_frsize


def test_what_the_server_refuses_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vault: Path) -> None:
    (tmp_path / "sshd").mkdir()
    limited = tmp_path / "limited"
    limited.write_text(f"#!/bin/bash\ntrap '' XFSZ\nulimit -f 1000\nexec {PROGRAM}\n")  # blocks of 1 KiB
    limited.chmod(0o755)
    with SshServer(tmp_path / "sshd", sftp_server=str(limited)) as server:
        monkeypatch.setenv("PATH", str(server.client), prepend=":")
        storage = at(server, vault)
        storage.create()
        with pytest.raises(StorageError) as caught:
            storage.save(FileType.PACK, NAME, [DATA])
        assert type(caught.value) is StorageError
        assert list((vault / "data" / NAME[:2]).iterdir()) == []
        storage.save(FileType.PACK, name_of(b"x"), [b"x"])


def test_a_server_that_may_only_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, storage: SftpStorage) -> None:
    storage.save(FileType.PACK, name_of(b"x"), [b"x"])
    (tmp_path / "sshd").mkdir()
    with SshServer(tmp_path / "sshd", sftp_server="internal-sftp -R") as server:
        monkeypatch.setenv("PATH", str(server.client), prepend=":")
        reader = at(server, tmp_path / "vault")
        assert reader.load(FileType.PACK, name_of(b"x")) == b"x"
        with pytest.raises(StorageDeniedError):
            reader.save(FileType.PACK, NAME, [DATA])
        with pytest.raises(StorageDeniedError):
            reader.remove(FileType.PACK, name_of(b"x"))
        assert reader.remove_leftovers(0) == 0


class TestAnUploadThatIsCut:
    def _cut(self, server: SshServer, proxy: FaultProxy, vault: Path, after: int) -> SftpStorage:
        server.know_host(proxy.port)
        storage = at(server, vault, proxy.port)
        storage.exists(FileType.CONFIG, NO_NAME)
        proxy.pace("up", 2_000_000)  # what is cut must have been written by then
        proxy.cut("up", after)
        with pytest.raises(TransientStorageError):
            storage.save(FileType.PACK, NAME, [DATA[:1_000_001], DATA[1_000_001:]])
        assert not (vault / PACK).exists()
        proxy.pace("up", 0)
        return storage

    @pytest.mark.usefixtures("storage")
    def test_goes_on_where_it_stopped(self, server: SshServer, vault: Path) -> None:
        with FaultProxy(server.port) as proxy:
            storage = self._cut(server, proxy, vault, 2_700_000)
            before = proxy.status().up
            storage.save(FileType.PACK, NAME, [DATA[:1_000_001], DATA[1_000_001:]])
            assert proxy.status().up - before < 1_200_000
        assert (vault / PACK).read_bytes() == DATA
        assert len(list((vault / PACK).parent.iterdir())) == 1

    @pytest.mark.usefixtures("storage")
    @pytest.mark.parametrize("damage", ["shorter", "zeros", "gone", "a link"])
    def test_begins_anew_where_the_server_lost_what_had_come(self, server: SshServer, vault: Path, damage: str) -> None:
        with FaultProxy(server.port) as proxy:
            storage = self._cut(server, proxy, vault, 2_000_000)
            (part,) = (vault / PACK).parent.iterdir()
            if damage == "shorter":
                os.truncate(part, 1000)
            elif damage == "zeros":
                part.write_bytes(bytes(part.stat().st_size))
            else:
                part.unlink()
            if damage == "a link":
                part.symlink_to("/etc/passwd")
                with pytest.raises((StorageError, TransientStorageError)):
                    storage.save(FileType.PACK, NAME, [DATA])
            storage.save(FileType.PACK, NAME, [DATA])
        assert (vault / PACK).read_bytes() == DATA

    @pytest.mark.usefixtures("storage")
    def test_and_never_comes_again_is_a_leftover(self, server: SshServer, vault: Path) -> None:
        with FaultProxy(server.port) as proxy:
            self._cut(server, proxy, vault, 1_000_000)
        assert len(list((vault / PACK).parent.iterdir())) == 1
        assert list(at(server, vault).list(FileType.PACK)) == []
        os.utime(next((vault / PACK).parent.iterdir()), (1, 1))
        assert at(server, vault).remove_leftovers(3600) == 1
        assert list((vault / PACK).parent.iterdir()) == []


def test_a_connection_that_ended_is_made_anew(storage: SftpStorage, server: SshServer, vault: Path) -> None:
    with FaultProxy(server.port) as proxy:
        server.know_host(proxy.port)
        through = at(server, vault, proxy.port)
        through.save(FileType.INDEX, NAME, [b"x"])
        proxy.drop()
        # One call may still go into the old connection; where its end was noticed before that, there is nothing to say.
        with contextlib.suppress(TransientStorageError):
            through.exists(FileType.INDEX, NAME)
        assert through.load(FileType.INDEX, NAME) == b"x"
        assert proxy.status().accepted == 2
    assert storage.exists(FileType.INDEX, NAME)


def test_all_threads_share_one_connection_that_ends_with_the_storage(server: SshServer, vault: Path) -> None:
    with FaultProxy(server.port) as proxy:
        server.know_host(proxy.port)
        storage = at(server, vault, proxy.port)
        storage.create()
        threads = [
            threading.Thread(target=storage.save, args=(FileType.INDEX, name_of(bytes([n])), [DATA])) for n in range(6)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(list(storage.list(FileType.INDEX))) == 6
        assert proxy.status().accepted == 1
        del storage, threads, thread
        for _time in range(200):
            if not proxy.status().open:
                break
            threading.Event().wait(0.02)
        assert proxy.status().open == 0
