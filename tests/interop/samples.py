"""Folders that are hard to keep: odd names, modes, times, links, sizes."""

import os
import random
from pathlib import Path

ODD_NAMES = [
    b"\xff", b"a\nb", b'q"x', b"q'x", b"b\\s", b"\\x41", b"<&>", b"\x7f", b"\x07\x08\x0c\x0b\r\t", b"\x01", b"a b",
    b"...", b"-rf", b"\xed\xa0\x80", b"\xe2\x82", b"\xf4\x90\x80\x80", b"CON", b"a:b", b"A", b"a", b"trailing.",
    b"x" * 255, "\u2028".encode(), "\u200b".encode(), "\ufeff".encode(), "\ue000".encode(), "\u0378".encode(),
    "\ufffd".encode(), "\u00ad\u00a0".encode(), "e\u0301".encode(), "é".encode(), "守机 \U0001f600".encode(),
    "\U0010ffff".encode(),
]  # fmt: skip
ODD_LINKS = [
    b"/etc/passwd",
    b"../../..",
    b"\xff\xfe",
    "\ufffd".encode() + b'\xff\x01"\\',
    b"\x01\n\x7f\xe2\x80\xa8<&>",
    b"gone",
]


def build(folder: Path, *, large: int = 3_000_000) -> None:
    """Fill a new folder."""
    chance = random.Random(5)
    names = folder / "names"
    names.mkdir(parents=True)
    for number, name in enumerate(ODD_NAMES):
        (Path(os.fsdecode(os.path.join(os.fsencode(names), name)))).write_bytes(chance.randbytes(number))
    links = folder / "links"
    links.mkdir()
    for number, target in enumerate(ODD_LINKS):
        os.symlink(target, os.path.join(os.fsencode(links), b"l%d" % number))
    (folder / "data.bin").write_bytes(chance.randbytes(large))
    (folder / "zeros").write_bytes(bytes(large))
    (folder / "text.txt").write_bytes(b"the same line\n" * 50_000)
    (folder / "empty folder").mkdir(mode=0o700)
    for number in range(100):
        (folder / f"small{number}").write_bytes(chance.randbytes(chance.randrange(3000)))
    (folder / "small0").chmod(0o400)
    (folder / "small1").chmod(0o777)
    os.utime(folder / "small2", ns=(1, -315_619_200_000_000_000))
    os.utime(folder / "small3", ns=(1, 4_102_444_800_999_999_999))
    os.utime(folder / "links" / "l0", ns=(1, 1_234_567_890_123_456_789), follow_symlinks=False)
    os.utime(folder / "empty folder", ns=(1, 999_999_999_000_000_001))
    os.utime(names, ns=(1, 1_500_000_000_000_000_500))
