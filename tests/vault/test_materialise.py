import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from phoneward.vault.errors import MaterialiseError, SizeMismatchError
from phoneward.vault.materialise import default_root, materialise, remove_leftovers
from tests.vault.blobstore import BlobStore

CRASH = """
import os, sys
from pathlib import Path
from phoneward.vault.materialise import materialise
from tests.vault.blobstore import BlobStore
store = BlobStore()
with materialise(store, store.file(b"f", b"secret"), root=Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_private_copy_that_removes_itself(tmp_path: Path) -> None:
    store = BlobStore()
    root = tmp_path / "a" / "open"
    with materialise(store, store.file(b"../../x\n", b"abc", b"def"), ".db", root=root) as path:
        assert path.read_bytes() == b"abcdef"
        assert path.name == "content.db"
        assert path.parent.parent == root
        assert (_mode(root), _mode(path.parent), _mode(path)) == (0o700, 0o700, 0o600)
    assert list(root.iterdir()) == []


@pytest.mark.parametrize("suffix", ["/../../x", ".", "..", ".a/b", ".a b", ".\n", "db", "." + "a" * 17, ".é"])
def test_odd_suffixes_are_left_out(tmp_path: Path, suffix: str) -> None:
    store = BlobStore()
    with materialise(store, store.file(b"f"), suffix, root=tmp_path) as path:
        assert path.name == "content"


def test_it_is_removed_when_the_block_or_the_reading_fails(tmp_path: Path) -> None:
    store = BlobStore()
    node = store.file(b"f", b"abc", b"def")
    with pytest.raises(RuntimeError), materialise(store, node, root=tmp_path):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []
    del store.blobs[next(key for key in store.blobs if key[1] == (node.content or ())[1])]
    store.blob_size = lambda *_what: 3  # type: ignore[method-assign]
    with pytest.raises(KeyError), materialise(store, node, root=tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(SizeMismatchError), materialise(store, store.file(b"f", size=1), root=tmp_path):
        pass


def test_what_a_killed_process_left_is_removed_and_what_is_in_use_stays(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CRASH, str(tmp_path)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), *sys.path])}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        assert remove_leftovers(tmp_path) == 0
        (copy,) = tmp_path.glob("*/content")
        assert copy.read_bytes() == b"secret"
        process.kill()
        process.wait()
    assert copy.exists()
    store = BlobStore()
    with materialise(store, store.file(b"f"), root=tmp_path):
        assert not copy.exists()
    assert list(tmp_path.iterdir()) == []


def test_strangers_files_stay(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "x.lock").touch()
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "keep").touch()
    name = "0" * 32
    (tmp_path / f"{name}.lock").touch()
    (tmp_path / name).symlink_to(outside)
    assert remove_leftovers(tmp_path) == 0
    assert (outside / "keep").exists()
    assert (tmp_path / "mine").exists()
    assert (tmp_path / "x.lock").exists()
    assert remove_leftovers(tmp_path / "missing") == 0


def test_a_place_that_cannot_be_used_is_explained(tmp_path: Path) -> None:
    store = BlobStore()
    (tmp_path / "file").touch()
    with pytest.raises(MaterialiseError), materialise(store, store.file(b"f"), root=tmp_path / "file"):
        pass


def test_an_open_folder_is_made_private(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    store = BlobStore()
    with materialise(store, store.file(b"f"), root=tmp_path):
        assert _mode(tmp_path) == 0o700


def test_large_copies_go_to_the_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert default_root(2**62).is_relative_to(tmp_path / "cache")
    (tmp_path / "run").mkdir(mode=0o700)
    assert default_root(1).is_relative_to(tmp_path / "run")
    assert default_root(2**62).is_relative_to(tmp_path / "cache")
