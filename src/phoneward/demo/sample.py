"""The sample phone: a shared storage as it looks on a real one, the same at every run but for the times."""

import errno
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from phoneward.demo import pictures
from phoneward.phones.base import AppInventory, InstalledApp, PhoneSession
from phoneward.phones.folder import FolderPhone
from phoneward.texts import Words, words

VIDEO: Final = b"DCIM/Camera/VID_20251002_183011.mp4"
VIDEO_BYTES: Final = 12 << 20
CHAT_BACKUP: Final = b"Android/media/com.whatsapp/WhatsApp/Databases/msgstore.db.crypt15"
SCREENSHOT: Final = b"Pictures/Screenshots/Screenshot_2025-10-03.png"
COPY: Final = b"Android/data/com.example.finance/files/.cache/3f9a1c"
COPIED_AFTER: Final = timedelta(seconds=4)
"""A finance app copied a screenshot into its own folder: as the app of a true story did."""
_DAY_IN_NAME: Final = re.compile(rb"(20\d\d)-?([01]\d)-?([0-3]\d)")
_FIRST_DAY: Final = datetime(2025, 10, 1, 8, 0, tzinfo=UTC)


class SamplePhone(Protocol):
    """A phone whose storage also lies on this computer, so that it can be filled, changed and compared with."""

    @property
    def storage(self) -> bytes:
        """The folder of this computer that is the phone's shared storage."""

    @property
    def description(self) -> Words:
        """What kind of phone this is, one sentence."""

    def open(self) -> PhoneSession:
        """Connect to the phone."""

    def settle(self) -> None:
        """Take over what was written into `storage` just now, such as giving it to the phone's own user."""


class _FolderWithApps(FolderPhone):
    """A folder that answers the question for its apps, so that the coverage table has something to tell."""

    def apps(self) -> AppInventory:
        return AppInventory(APPS)


def _app(package: str, version: str, data_bytes: int | None, *, is_system: bool = False) -> InstalledApp:
    return InstalledApp(package, 0, version_name=version, is_system=is_system, data_bytes=data_bytes)


APPS: Final = (
    _app("com.tencent.mm", "8.0.56", 11_340_000_000),
    _app("com.whatsapp", "2.25.24.78", 830_000_000),
    _app("org.thoughtcrime.securesms", "7.55.3", 412_000_000),
    _app("com.eg.android.AlipayGphone", "10.7.80", None),
    _app("org.tasks", "14.8.1", 0),
    _app("com.example.finance", "3.2.0", None),
    _app("com.android.settings", "15", 3_000_000, is_system=True),
    _app("com.android.deskclock", "7.9", 200_000, is_system=True),
)


@dataclass(frozen=True, slots=True)
class FolderSample:
    """A sample phone that is a plain folder: works on every computer."""

    folder: Path

    @property
    def storage(self) -> bytes:
        """The folder itself."""
        return os.fsencode(self.folder)

    @property
    def description(self) -> Words:
        """Say that it is a folder."""
        return words("The sample phone is a folder on this computer; its list of apps is made up.")

    def open(self) -> PhoneSession:
        """Open the folder as a phone that says it has apps."""
        return _FolderWithApps(self.folder)

    def settle(self) -> None:
        """Nothing to do: the folder is the phone."""


def fill(storage: bytes) -> int:
    """Write the sample's files below `storage`; returns how many there are.

    A name this computer's file system cannot hold is left out: odd names are there to show that they survive.
    """
    written = 0
    for number, (path, content) in enumerate(_files()):
        moment = _moment(path, number)
        if write(storage, path, content, moment):
            written += 1
        if path == SCREENSHOT and write(storage, COPY, content, moment + COPIED_AFTER):
            written += 1
    return written


def _moment(path: bytes, number: int) -> datetime:
    """Return when a file was made: on the day that its name tells, where it tells one."""
    named = _DAY_IN_NAME.search(path.rpartition(b"/")[2])
    if named is None:
        return _FIRST_DAY + timedelta(hours=7 * number, microseconds=number)
    year, month, day = (int(part) for part in named.groups())
    return datetime(year, month, day, 8, tzinfo=UTC) + timedelta(minutes=7 * number, microseconds=number)


def write(storage: bytes, path: bytes, content: bytes, moment: datetime | None = None) -> bool:
    """Write one file, with its folders; returns False where this file system has no such name."""
    target = os.path.join(storage, *path.split(b"/"))
    try:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "wb") as stream:
            stream.write(content)
    except UnicodeError:  # Windows
        return False
    except OSError as error:
        if error.errno in {errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG}:
            return False
        raise
    if moment is not None:
        nanoseconds = int(moment.timestamp()) * 10**9 + moment.microsecond * 1000
        os.utime(target, ns=(nanoseconds, nanoseconds))
    return True


def _files() -> Iterator[tuple[bytes, bytes]]:
    yield from _camera()
    yield from _chats()
    yield from _downloads()
    yield from _odd_names()


def _camera() -> Iterator[tuple[bytes, bytes]]:
    for number in range(1, 25):
        day = (_FIRST_DAY + timedelta(days=number)).strftime("%Y%m%d")
        yield f"DCIM/Camera/IMG_{day}_{100000 + 731 * number}.jpg".encode(), pictures.jpeg(number, 1280, 960)
    yield VIDEO, _random_bytes(1, VIDEO_BYTES)
    for number in range(1, 7):
        yield f"Pictures/Screenshots/Screenshot_2025-10-0{number}.png".encode(), pictures.png(number)
    yield "Pictures/全家福/妈妈生日 2025.jpg".encode(), pictures.jpeg(90)
    yield "Pictures/全家福/外婆最后的照片.jpg".encode(), pictures.jpeg(91)


def _chats() -> Iterator[tuple[bytes, bytes]]:
    account = "tencent/MicroMsg/0f3c9d8e7b6a5f4e3d2c1b0a99887766"
    for number in range(1, 13):
        yield f"{account}/image2/{number:02x}/a7/th_{number:032x}".encode(), pictures.jpeg(200 + number, 320, 240)
    yield f"{account}/voice2/3b/1c/msg_391012.amr".encode(), b"#!AMR\n" + _random_bytes(3, 40_000)
    yield b"Pictures/WeiXin/mmexport1759301122334.jpg", pictures.jpeg(300)
    yield "Download/WeiXin/合同-最终版.pdf".encode(), b"%PDF-1.4\n" + _random_bytes(4, 300_000)
    yield b"Android/data/com.tencent.mm/files/xlog/MM_20251001.xlog", _random_bytes(5, 60_000)
    # WhatsApp writes its own encrypted backup every night; the name is WhatsApp's.
    yield CHAT_BACKUP, _random_bytes(6, 2 << 20)
    for number in range(1, 9):
        name = f"IMG-2025100{number}-WA000{number}.jpg"
        folder = "Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images"
        yield f"{folder}/{name}".encode(), pictures.jpeg(400 + number)


def _downloads() -> Iterator[tuple[bytes, bytes]]:
    yield b"Download/ticket-berlin.pdf", b"%PDF-1.4\n" + _random_bytes(7, 120_000)
    yield b"Download/Ticket-Berlin (1).pdf", b"%PDF-1.4\n" + _random_bytes(7, 120_000)
    yield b"Documents/notes.txt", b"Wi-Fi of the holiday flat: ask Anna\n" * 40
    yield "Documents/账本 2025.csv".encode(), ("日期,项目,金额\n2025-10-01,房租,3200\n" * 200).encode()
    yield b"Recordings/Voice 001.m4a", _random_bytes(8, 700_000)
    yield b"Download/empty.txt", b""


def _odd_names() -> Iterator[tuple[bytes, bytes]]:
    yield b"Download/two\nlines.txt", b"a name of two lines\n"
    yield b"Download/\xff\xfe not UTF-8.bin", b"a name that is not UTF-8\n"
    yield b"Download/ leading and trailing ", b"spaces around the name\n"
    yield "Download/🎂 cake — ‘recipe’.txt".encode(), b"flour, eggs, sugar\n"


def _random_bytes(seed: int, length: int) -> bytes:
    return random.Random(seed).randbytes(length)  # noqa: S311 - sample content, the same at every run


@dataclass(frozen=True, slots=True)
class Changes:
    """What a day on the phone changed.

    Attributes:
        added, edited, deleted: paths below the storage.
        new_bytes: bytes that were not on the phone before.
    """

    added: tuple[bytes, ...]
    edited: tuple[bytes, ...]
    deleted: tuple[bytes, ...]
    new_bytes: int


def live_a_day(storage: bytes) -> Changes:
    """Take a photo, cut something out of the middle of the long video, write in the notes, delete a download."""
    photo = pictures.jpeg(7000, 1280, 960)
    added = b"DCIM/Camera/IMG_20251120_101500.jpg"
    write(storage, added, photo)
    insert = _random_bytes(11, 100_000)
    video = os.path.join(storage, *VIDEO.split(b"/"))
    with open(video, "rb") as stream:
        content = stream.read()
    middle = len(content) // 2
    write(storage, VIDEO, content[:middle] + insert + content[middle:])
    notes = b"Documents/notes.txt"
    line = b"Call grandmother on Sunday\n"
    with open(os.path.join(storage, *notes.split(b"/")), "ab") as stream:
        stream.write(line)
    deleted = b"Download/Ticket-Berlin (1).pdf"
    os.remove(os.path.join(storage, *deleted.split(b"/")))
    return Changes(
        added=(added,), edited=(VIDEO, notes), deleted=(deleted,), new_bytes=len(photo) + len(insert) + len(line)
    )
