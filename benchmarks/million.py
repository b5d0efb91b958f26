"""A million files: what backup, check, forget and prune take in memory, with folders as large as they may be.

    .venv/bin/python -m benchmarks.million [--files 1000000] [--per-folder 50000] [--backup]

Without `--backup` the vault is filled through the library, which takes a minute or two: one snapshot of all files and
one that lacks every third. With it, the files are made on the disk and two real backups fill the vault. Every file is
tiny and different, so there are as many blobs as files. Then `check`, `forget --keep-last 1`, `prune` and `check` again
are run, each a process of its own; memory is that of the process and all its children, at its peak.
"""

import argparse
import json
import multiprocessing
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.sidebyside import Contender, Run, machine, once
from phoneward.vault import (
    BlobId,
    BlobType,
    BlobWriter,
    LocalStorage,
    Node,
    NodeType,
    Snapshot,
    encode_tree,
    init_repository,
    save_snapshot,
)

PASSWORD = "benchmark"
TIME_NS = 1_700_000_000_123_456_789
SECOND_NS = 86_400 * 10**9


def content(number: int) -> bytes:
    """The file's content: tiny, and no other file's."""
    return b"photo %d" % number


def fill(vault: Path, files: int, per_folder: int) -> None:
    """Make the vault and store both snapshots. Run in a process of its own: a child's peak counts from its parent's."""
    repo = init_repository(LocalStorage(vault), PASSWORD)
    repo.load_index()
    with BlobWriter(repo) as writer:
        folders: tuple[list[Node], list[Node]] = ([], [])
        for number, nodes in enumerate(_folders(writer, files, per_folder)):
            some = [node for place, node in enumerate(nodes) if place % 3]
            for kept, chosen in zip(folders, (nodes, some), strict=True):
                tree = writer.put(BlobType.TREE, encode_tree(chosen)).result()
                kept.append(Node(name=b"folder-%04d" % number, type=NodeType.DIR, mtime_ns=TIME_NS, subtree=tree))
        roots: list[BlobId] = [writer.put(BlobType.TREE, encode_tree(kept)).result() for kept in folders]
    for day, root in enumerate(roots):
        save_snapshot(
            repo, Snapshot(time_ns=TIME_NS + day * SECOND_NS, tree=root, paths=("/phone",), hostname="million")
        )


def _folders(writer: BlobWriter, files: int, per_folder: int) -> Iterator[list[Node]]:
    for start in range(0, files, per_folder):
        numbers = range(start, min(files, start + per_folder))
        pending = [writer.put(BlobType.DATA, content(number)) for number in numbers]
        yield [
            Node(
                name=b"IMG_20231114_%08d.jpg" % number,
                type=NodeType.FILE,
                mode=0o644,
                mtime_ns=TIME_NS + number,
                atime_ns=TIME_NS + number,
                ctime_ns=TIME_NS + number,
                size=len(content(number)),
                content=(blob.result(),),
            )
            for number, blob in zip(numbers, pending, strict=True)
        ]


def make_files(folder: Path, files: int, per_folder: int) -> None:
    """Make the files on the disk."""
    for start in range(0, files, per_folder):
        place = folder / f"folder-{start // per_folder:04}"
        place.mkdir(parents=True)
        for number in range(start, min(files, start + per_folder)):
            (place / f"IMG_20231114_{number:08}.jpg").write_bytes(content(number))


def remove_every_third(folder: Path) -> None:
    """Leave two thirds of the files."""
    for place in sorted(folder.iterdir()):
        for path in sorted(place.iterdir())[::3]:
            path.unlink()


def measure(top: Path, *words: str) -> Run:
    """Run a command and print what it took."""
    env = {
        "PHONEWARD_REPOSITORY": str(top / "vault"),
        "PHONEWARD_PASSWORD": PASSWORD,
        "PHONEWARD_STATE_DIR": str(top / "state"),
        "PHONEWARD_CACHE_DIR": str(top / "cache"),
    }
    run = once(Contender(" ".join(words), [Path(sys.executable).parent / "phoneward", *words, "--quiet"], env=env))
    row = {"work": " ".join(words[:2]), "seconds": round(run.seconds, 1), "cpu_s": round(run.cpu_seconds, 1)}
    print(json.dumps({**row, "peak_MB": round(run.peak_bytes / 1e6)}), flush=True)
    return run


def main() -> None:
    """Fill a vault and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=1_000_000)
    parser.add_argument("--per-folder", type=int, default=50_000)
    parser.add_argument("--backup", action="store_true")
    asked = parser.parse_args()
    print(machine(), flush=True)
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        if asked.backup:
            init_repository(LocalStorage(top / "vault"), PASSWORD)
            make_files(top / "phone", asked.files, asked.per_folder)
            measure(top, "backup", "--folder", str(top / "phone"))
            remove_every_third(top / "phone")
            measure(top, "backup", "--folder", str(top / "phone"))
        else:
            filling = multiprocessing.get_context("spawn").Process(
                target=fill, args=(top / "vault", asked.files, asked.per_folder)
            )
            filling.start()
            filling.join()
            if filling.exitcode:
                raise SystemExit("the vault could not be filled")
        for words in (["check"], ["forget", "--keep-last", "1"], ["prune"], ["check", "--read-data"]):
            measure(top, *words)


if __name__ == "__main__":
    main()
