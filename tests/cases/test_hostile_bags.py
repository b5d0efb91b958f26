"""A bag from somebody who means harm: nothing outside it is opened, and an answer comes in bounded time and memory."""

import os
import resource
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from phoneward.cases import Case, NotACaseError, Result, verify
from phoneward.timestamping import AuthorityFileError
from tests.cases.sealed import FACTS, Sealed

GIGA = 1 << 30


@pytest.fixture
def bag(sealed: Sealed, tmp_path: Path) -> Path:
    """A sealed bag, to be made hostile."""
    shutil.copytree(sealed.folder, tmp_path / "bag")
    return tmp_path / "bag"


def told(bag: Path) -> str:
    """Return what is wrong with it, after a look that takes less than a few seconds of processor time."""
    begun = time.process_time()
    verdict = verify(bag)
    assert time.process_time() - begun < 20
    assert verdict.result is Result.BROKEN
    return "\n".join(map(str, verdict.problems))


@pytest.mark.parametrize(
    "path", ["../secret", "/etc/passwd", "data/../../secret", "..\\secret", "~/x", "C:\\x", "data/x\\y"]
)
@pytest.mark.parametrize("manifest", ["manifest-sha256.txt", "tagmanifest-sha256.txt"])
def test_paths_that_lead_out(bag: Path, path: str, manifest: str) -> None:
    (bag.parent / "secret").write_text("secret")
    with (bag / manifest).open("a") as stream:
        stream.write(f"{'0' * 64}  {path}\n")
    said = told(bag)
    assert manifest in said or f"{path} is missing" in said


def test_nothing_outside_the_bag_is_opened(bag: Path) -> None:
    """Links of every kind, pipes and devices: seen, named and not opened. The system itself says what was opened."""
    (bag.parent / "secret").write_text("secret")
    (bag / "data" / "to-file").symlink_to("../../secret")
    (bag / "data" / "to-folder").symlink_to("/etc")
    (bag / "data" / "loop").symlink_to("loop")
    os.mkfifo(bag / "data" / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(bag / "s"))
    for name in ("bag-info.txt", "README.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "bagit.txt"):
        (bag / name).unlink()
        (bag / name).symlink_to("/etc/passwd")
    (bag / "data" / "case.json").unlink()
    (bag / "data" / "case.json").symlink_to("../../secret")
    shutil.rmtree(bag / "seals")
    (bag / "seals").symlink_to("/etc")
    opened: list[str] = []
    sys.addaudithook(
        lambda event, words: opened.append(str(words[0])) if event == "open" and opened is not None else None
    )
    said = told(bag)
    for path in (
        "data/to-file",
        "data/to-folder",
        "data/loop",
        "data/pipe",
        "bag-info.txt",
        "seals",
        "data/case.json",
        "s",
    ):
        assert f"{path} is a link or no ordinary file." in said
    assert [path for path in opened if not path.startswith(str(bag))] == []


def test_huge_sparse_files_are_not_read(bag: Path) -> None:
    """Ten gigabytes of nothing in place of each kind of file."""
    for path in (
        "data/originals/chat.db",
        "data/originals/extra",
        "data/custody.jsonl",
        "data/case.json",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "bag-info.txt",
        "bagit.txt",
        "seals/0001/timestamp.tsr",
        "seals/0002/chain.pem",
        "seals/0002/SHA256SUMS",
        "seals/0001/manifest-sha256.txt",
    ):
        with (bag / path).open("wb") as stream:
            stream.truncate(10 * GIGA)
        assert path in told(bag)


def test_sparse_files_that_only_the_manifests_name_are_not_read(bag: Path) -> None:
    """A hundred files of ten gigabytes, each named by a manifest: none is part of the case, none is read."""
    for manifest, below in (("manifest-sha256.txt", "data/originals/z"), ("tagmanifest-sha256.txt", "zz/")):
        (bag / "zz").mkdir(exist_ok=True)
        with (bag / manifest).open("a") as stream:
            for number in range(100, 150):
                stream.write(f"{'0' * 64}  {below}{number}\n")
                with (bag / f"{below}{number}").open("wb") as sparse:
                    sparse.truncate(10 * GIGA)
    said = told(bag)
    assert "data/originals/z149" in said
    assert "zz/149" in said


def test_folders_in_folders_without_end(bag: Path) -> None:
    """Paths that the system itself cannot open at once."""
    place = bag / "data"
    here = os.open(place, os.O_RDONLY)
    for _depth in range(1500):
        os.mkdir("aaaaaaaa", dir_fd=here)
        deeper = os.open("aaaaaaaa", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    assert "cannot be read" in told(bag)
    subprocess.run(["rm", "-rf", str(bag)], check=True)


def test_memory_stays_bounded(bag: Path) -> None:
    """Lines without end, in a process that may have little memory."""
    for path in ("data/custody.jsonl", "manifest-sha256.txt", "tagmanifest-sha256.txt", "bag-info.txt"):
        with (bag / path).open("wb") as stream:
            stream.truncate(GIGA)
    program = "import sys, pathlib; from phoneward.cases import verify; print(verify(pathlib.Path(sys.argv[1])).result)"
    done = subprocess.run(
        [sys.executable, "-c", program, str(bag)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20)),
    )
    assert done.stdout == "BROKEN\n"


def test_a_hundred_thousand_wrong_lines(bag: Path) -> None:
    log = (bag / "data" / "custody.jsonl").read_bytes()
    (bag / "data" / "custody.jsonl").write_bytes(log + log.splitlines(keepends=True)[-1] * 100_000)
    (bag / "manifest-sha256.txt").write_bytes(b"nonsense\n" * 100_000)
    said = told(bag)
    assert "not read any further" in said
    assert len(said.splitlines()) < 200


def test_many_strange_files_are_counted(bag: Path) -> None:
    for number in range(1500):
        (bag / "data" / f"x{number}").touch()
    assert "more problems are not named" in told(bag)


@pytest.mark.parametrize("oxum", ["", "x", "1.1", "99999999999999999999.1", "-1.-1", "1e9.2", "\u0661.\u0661"])
def test_a_lying_payload_oxum(bag: Path, oxum: str) -> None:
    info = (bag / "bag-info.txt").read_text()
    lines = [f"Payload-Oxum: {oxum}" if line.startswith("Payload-Oxum") else line for line in info.splitlines()]
    (bag / "bag-info.txt").write_text("\n".join(lines) + "\n")
    assert "bag-info.txt: Payload-Oxum counts" in told(bag)


def test_fetch_txt_fetches_nothing(bag: Path) -> None:
    """RFC 8493, 2.2.3 lets a bag name files to be fetched: ours has none."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        (bag / "fetch.txt").write_text(f"http://127.0.0.1:{server.getsockname()[1]}/x 1 data/x\n")
        assert "fetch.txt does not belong to the sealed case." in told(bag)
        with pytest.raises(BlockingIOError):
            server.accept()


def test_names_that_would_repaint_a_terminal(bag: Path) -> None:
    (bag / "data" / "\x1b[2J\nVERIFIED").touch()
    os.close(os.open(os.fsencode(bag / "data") + b"/\xff", os.O_CREAT))
    said = told(bag)
    assert "\x1b" not in said
    assert r"data/\x1b[2J\x0aVERIFIED" in said
    assert r"data/\xff" in said


def test_what_is_no_bag(tmp_path: Path, sealed: Sealed) -> None:
    with pytest.raises(NotACaseError):
        verify(tmp_path / "nothing")
    (tmp_path / "file").touch()
    with pytest.raises(NotACaseError):
        verify(tmp_path / "file")
    assert verify(tmp_path).result is Result.BROKEN
    case = Case.new(tmp_path / "case", FACTS)
    assert "The case was never sealed." in told(case.folder)
    with pytest.raises(AuthorityFileError):
        verify(sealed.folder, b"no certificate")
