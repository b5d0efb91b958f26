"""A sealed case with two seals, and the standard programs that judge it."""

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from phoneward.cases import Case, CaseFacts, Device, Hand, Source, Wish
from phoneward.incidents import Incident
from tests.snapshots.authority import Authority, authority, openssl

FACTS = CaseFacts(title="案件 · a case", incident=Incident.WIPED_BY_UPDATE, device=Device(model="OD103", serial="c2a1"))


@dataclass(frozen=True, slots=True)
class Sealed:
    """Attributes: folder: the bag; ca: the root that both seals' stamps lead to."""

    folder: Path
    ca: Path

    @property
    def roots(self) -> bytes:
        return self.ca.read_bytes()


def make_sealed(folder: Path, tsa: Authority, *, is_stamped: bool = True) -> Sealed:
    """Make a case with all kinds of content, seal it, go on, and seal it again; with a time stamp each time, or not."""
    files = folder.parent / f"{folder.name}-files"
    (files / "album" / "2018").mkdir(parents=True)
    for name, content in {
        "chat.db": b"SQLite format 3\0" + bytes(range(256)) * 4,
        "chat.db-wal": b"7\x7f\x06\x82" * 50,
        "caf\u00e9.txt": b"one\r\ntwo\nthree\n",
        "album/2018/空.jpg": b"",
        "album/妈妈 的照片.jpg": b"\xff\xd8\xff" + b"picture" * 100,
    }.items():
        (files / name).write_bytes(content)
    wish = Wish(tsa.url, tsa.ca.read_bytes()) if is_stamped else Wish()
    case = Case.new(folder, FACTS, Hand("王小明", "phoneward case new"))
    case.add([files / "chat.db", files / "album"], "手机里拷出来的")
    case.seal(wish)
    case.add([files / "caf\u00e9.txt"])
    case.note("打过电话")
    case.set_facts(CaseFacts(title="another title", incident=Incident.WIPED_BY_UPDATE))
    case.add_bytes("letter.pdf", b"%PDF-1.7", Source(kind="program"), folder="letters", of=["data/originals/chat.db"])
    case.seal(wish)
    return Sealed(folder, tsa.ca)


@contextlib.contextmanager
def running_authority(folder: Path) -> Iterator[Authority]:
    """A time stamp authority on loopback with keys in a folder."""
    folder.mkdir()
    with authority(folder) as running:
        yield running


def sha256sum(folder: Path, *manifests: str) -> bool:
    """Ask GNU coreutils whether the manifests hold."""
    words = ["sha256sum", "-c", "--strict", "--quiet", *manifests]
    return subprocess.run(words, cwd=folder, capture_output=True, check=False).returncode == 0


def bagit(folder: Path) -> bool:
    """Ask the Library of Congress's bagit-python whether it is a valid bag."""
    words = [sys.executable, "-m", "bagit", "--validate", "--quiet", str(folder)]
    return (
        subprocess.run(words, env={**os.environ, "LANG": "C.UTF-8"}, capture_output=True, check=False).returncode == 0
    )


def openssl_verifies(folder: Path, seal: int, ca: Path, data: str = "tagmanifest-sha256.txt") -> bool:
    """Ask OpenSSL whether an authority's answer holds, as the README in the bag says."""
    below = folder / "seals" / f"{seal:04}"
    words = ("-data", folder / data, "-in", below / "timestamp.tsr", "-CAfile", ca, "-untrusted", below / "chain.pem")
    return openssl("ts", "-verify", *words).returncode == 0
