"""Folder trees as phones have them, and an independent look at any tree: names as bytes, types, modes, times, contents.

Builders write below a folder of this side (`TestPhone.storage`, a card, any empty folder). What the shell user must be
able to read belongs to the phone's media user and has group sdcard_rw, as on a phone.
"""

import hashlib
import os
import stat
import zlib
from dataclasses import dataclass
from pathlib import Path

MEDIA_RW = 1023
SDCARD_RW = 1015
APP_UID = 10123
_2024_NS = 1_704_067_200_000_000_000
"""2024-01-01T00:00:00Z."""


@dataclass(frozen=True, slots=True)
class Digest:
    """What one name is.

    Attributes:
        kind: "file", "dir", "symlink", "fifo", "other".
        mode: permission bits.
        mtime_ns: of the name itself, links not followed.
        content: SHA-256 (hexadecimal) of a file, target of a link, else empty.
    """

    kind: str
    mode: int
    mtime_ns: int
    content: bytes


def tree_digest(root: Path | bytes) -> dict[bytes, Digest]:
    """Return every name below `root`, relative, as raw bytes, with what it is. Uses nothing of Phoneward."""
    base = os.fsencode(root)
    found: dict[bytes, Digest] = {}
    pending = [b""]
    while pending:
        folder = pending.pop()
        with os.scandir(os.path.join(base, folder) if folder else base) as entries:
            for entry in entries:
                name = os.path.join(folder, entry.name) if folder else entry.name
                found[name] = _digest(entry.path)
                if found[name].kind == "dir":
                    pending.append(name)
    return found


def _digest(path: bytes) -> Digest:
    status = os.lstat(path)
    content = b""
    if stat.S_ISREG(status.st_mode):
        kind = "file"
        with open(path, "rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest().encode()
    elif stat.S_ISDIR(status.st_mode):
        kind = "dir"
    elif stat.S_ISLNK(status.st_mode):
        kind = "symlink"
        content = os.readlink(path)
    else:
        kind = "fifo" if stat.S_ISFIFO(status.st_mode) else "other"
    return Digest(kind, stat.S_IMODE(status.st_mode), status.st_mtime_ns, content)


def content(seed: bytes | str, size: int) -> bytes:
    """Return `size` incompressible bytes, always the same for a seed."""
    return hashlib.shake_128(seed if isinstance(seed, bytes) else seed.encode()).digest(size)


def put(root: Path, name: bytes | str, data: bytes, *, mtime_ns: int | None = None) -> bytes:
    """Write one file below `root`, folders included; return its path.

    Its time is odd to the nanosecond, so that a rounding shows.
    """
    raw = name.encode() if isinstance(name, str) else name
    path = os.path.join(os.fsencode(root), raw)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    ns = _2024_NS + zlib.crc32(raw) * 1_000_000_007 % 10**16 if mtime_ns is None else mtime_ns
    os.utime(path, ns=(ns, ns))
    return path


def give_to_phone(root: Path, *, uid: int = MEDIA_RW) -> None:
    """Give everything below `root` to the media user and the group of shared storage, readable for the shell user.

    Modes are those of Android's shared storage (0660, folders 2770); links, pipes and what already belongs to somebody
    else than root stay as they are.
    """
    for folder, names, files in os.walk(os.fsencode(root)):
        for name in (*names, *files):
            path = os.path.join(folder, name)
            status = os.lstat(path)
            if status.st_uid != 0 or not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
                continue
            os.chown(path, uid, SDCARD_RW)
            os.chmod(path, 0o2770 if stat.S_ISDIR(status.st_mode) else 0o660)


def typical(root: Path) -> None:
    """Write what a person's phone holds: photos, chats, downloads, app folders (about 6 MB, 80 files)."""
    for number in range(1, 13):
        put(root, f"DCIM/Camera/IMG_202401{number:02}_120000.jpg", content(f"photo {number}", 200_000 + number * 1000))
    put(root, "DCIM/Camera/VID_20240113_120000.mp4", content("video", 2_500_000))
    put(root, "DCIM/.thumbnails/1000000042.jpg", content("thumbnail", 9000))
    put(root, "DCIM/Camera/.trashed-1735689600-IMG_20231224_180000.jpg", content("trash", 50_000))
    put(root, "Download/.pending-1735689600-report.pdf", content("pending", 30_000))
    put(root, "Download/Rechnung März 2024 – Müller & Söhne.pdf", content("invoice", 80_000))
    put(root, "Download/合同（最终版）.docx", content("contract", 40_000))
    put(root, "Download/empty.txt", b"")
    put(root, "Documents/notes.txt", b"milk\nbread\n" * 500)
    for number in range(30):
        put(
            root,
            f"Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/IMG-20240101-WA{number:04}.jpg",
            content(f"wa {number}", 20_000),
        )
    put(root, "Android/media/com.whatsapp/WhatsApp/Databases/msgstore.db.crypt15", content("msgstore", 300_000))
    put(root, "Android/data/com.example.maps/files/offline/region.bin", content("map", 120_000))
    put(root, "Android/data/com.example.maps/cache/tile.bin", content("tile", 5000))
    put(root, "tencent/MicroMsg/WeiXin/mmexport1704067200000.jpg", content("mm", 60_000))
    account = "tencent/MicroMsg/0123456789abcdef0123456789abcdef"
    for number in range(10):
        put(root, f"{account}/voice2/{number:02}/msg_{number}.amr", content(f"voice {number}", 3000))
    put(root, "tencent/MicroMsg/Download/report.xlsx", content("xlsx", 25_000))
    put(root, "Pictures/Screenshots/Screenshot_20240101-101010.png", content("shot", 90_000))
    (root / "Music").mkdir(exist_ok=True)
    give_to_phone(root)


HOSTILE_NAMES: tuple[bytes, ...] = (
    *(
        b"-x",
        b"--help",
        b"-rf",
        b" leading",
        b"trailing ",
        b"...",
        b".hidden",
        b"a b",
        b"~",
        b"$HOME",
        b"`id`",
        b"$(id)",
    ),
    *(b"quote'", b'double"quote', b"back\\slash", b"star*", b"question?", b"[bracket]", b"semi;colon", b"pipe|amp&"),
    *(b"new\nline", b"\nleading newline", b"trailing newline\n", b"tab\there", b"return\r", b"bell\x07", b"del\x7f"),
    *(b"\x1b[31mred\x1b[0m", b"\xff\xfe invalid", b"half \xe4\xb8", b"overlong \xc0\xaf", b"surrogate \xed\xa0\x80"),
    *(b"case", b"CASE", b"Case", "ß".encode(), "é".encode(), "e\u0301".encode(), "\u202egnp.exe".encode()),
    *(
        "中文名字 🎉.jpg".encode(),
        b"CON",
        b"nul.txt",
        b"trailing.dot.",
        b"colon:name",
        b"percent%00",
        b"line\xe2\x80\xa8sep",
    ),
    *(b"total 4", b"drwxrwx--x 2 root root 4096 2024-01-01 12:00 fake", b"x" * 255, "长".encode() * 85),
)
"""Names a phone may hold. One name is at most 255 bytes (NAME_MAX)."""


def hostile_names(root: Path) -> dict[bytes, bytes]:
    """Write one file (and one folder with a file) for every hostile name; return relative path to content."""
    written: dict[bytes, bytes] = {}
    for name in HOSTILE_NAMES:
        for path in (b"files/" + name, b"folders/" + name + b"/inside"):
            data = content(path, 10 + len(name))
            put(root, path, data)
            written[path] = data
    deep = b"/".join([b"d" * 60] * 60)  # 3,660 bytes: below PATH_MAX, with the phone's own folders before it
    data = content(b"deep", 99)
    put(root, deep + b"/bottom", data)
    written[deep + b"/bottom"] = data
    give_to_phone(root)
    return written


def beyond_path_max(root: Path, levels: int = 100) -> None:
    """Nest folders deeper than any single path can name (PATH_MAX 4,096): only step by step can one get there.

    Write it last: neither `give_to_phone` nor `tree_digest` walks a tree like this.
    """
    descriptor = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for _ in range(levels):
            os.mkdir(b"n" * 60, dir_fd=descriptor)
            os.chown(b"n" * 60, MEDIA_RW, SDCARD_RW, dir_fd=descriptor)
            below = os.open(b"n" * 60, os.O_RDONLY | os.O_DIRECTORY, dir_fd=descriptor)
            os.fchmod(below, 0o2770)
            os.close(descriptor)
            descriptor = below
        with open(os.open(b"bottom", os.O_WRONLY | os.O_CREAT, 0o660, dir_fd=descriptor), "wb") as file:
            file.write(b"deep")
            os.fchown(file.fileno(), MEDIA_RW, SDCARD_RW)
    finally:
        os.close(descriptor)


def many_files(root: Path, count: int, size: int, *, per_folder: int = 1000) -> None:
    """Write `count` files of `size` different, incompressible bytes each, quickly (for speed and memory)."""
    pool = content(b"pool", size + 4096)
    base = os.fsencode(root)
    for first in range(0, count, per_folder):
        folder = b"%s/many/%05d" % (base, first // per_folder)
        os.makedirs(folder, exist_ok=True)
        for number in range(first, min(first + per_folder, count)):
            offset = number * 61 % 4096
            data = (number.to_bytes(8, "little") + pool[offset : offset + size])[:size]
            file = os.open(b"%s/%07d.bin" % (folder, number), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o660)
            os.write(file, data)
            os.fchown(file, MEDIA_RW, SDCARD_RW)
            os.close(file)
    give_to_phone(root)


def big_file(root: Path, size: int, name: str = "big.bin") -> Path:
    """Write one incompressible file without a repeated block; return its path."""
    path = root / name
    block = 1 << 20
    with path.open("wb") as file:
        for number in range(0, size, block):
            file.write(content(f"{name} {number}", min(block, size - number)))
    os.utime(path, ns=(_2024_NS, _2024_NS + 123_456_789))
    give_to_phone(root)
    return path


def unreadable(root: Path) -> tuple[list[bytes], list[bytes]]:
    """Write files and folders the shell user may not open, between ones it may.

    Returns:
        Relative paths that cannot be read or listed, and relative paths that can.
    """
    put(root, "Download/open.txt", b"open")
    give_to_phone(root)
    for name, is_folder in (("Download/secret.bin", False), ("Android/data/com.bank.app", True), ("Locked", True)):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if is_folder:
            path.mkdir()
            put(path, "files/inside.bin", b"nobody sees this")
        else:
            path.write_bytes(b"secret")
        os.chown(path, APP_UID, APP_UID)
        path.chmod(0o700 if name.startswith("Android") else 0)
    give_to_phone(root)
    return [b"Download/secret.bin", b"Android/data/com.bank.app", b"Locked"], [b"Download/open.txt"]


def links_and_pipes(root: Path) -> None:
    """Write links (inside, outside, upwards, dangling, a circle, to a folder), a pipe, and one ordinary file."""
    put(root, "real/file.txt", b"real")
    for name, target in {
        b"inside": b"real/file.txt",
        b"folder": b"real",
        b"outside": b"/system/bin/sh",
        b"upwards": b"../../../../etc/passwd",
        b"dangling": b"no/such/file",
        b"circle": b"circle",
        b"newline\nlink": b"target\nwith newline",
        b"invalid": b"\xff\xfe",
    }.items():
        os.symlink(target, os.path.join(os.fsencode(root), name))
    os.mkfifo(root / "pipe", 0o666)
    give_to_phone(root)
