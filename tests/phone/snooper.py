"""An app of a test phone that is after screenshots: it copies what comes into its own folder, and may send it.

It lives on this side of the phone's file system, as the system's Java side does. It knows nothing of `src/phoneward`.
"""

import io
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PIL import Image

from tests.phone.testphone import TestPhone

if TYPE_CHECKING:
    from pathlib import Path

Form = Callable[[bytes], bytes]


def as_it_is(data: bytes) -> bytes:
    """Return the file itself."""
    return data


def thumbnail(data: bytes) -> bytes:
    """Return a poor JPEG 200 pixels wide."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    return _jpeg(picture.resize((200, round(200 * picture.height / picture.width))), 60)


def cropped(data: bytes) -> bytes:
    """Return the square in the middle, at half its size, as a JPEG."""
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    top = (picture.height - picture.width) // 2
    square = picture.crop((0, top, picture.width, top + picture.width))
    return _jpeg(square.resize((picture.width // 2, picture.width // 2)), 75)


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    written = io.BytesIO()
    picture.save(written, "JPEG", quality=quality)
    return written.getvalue()


class Snooper:
    """One such app.

    Args:
        phone: running.
        package: its folder is Android/data/PACKAGE.
        form: what it keeps of a picture.
        name: of the file it keeps; the number of the copy is put into `{}`.
        before: bytes of its own before the picture, as caches have.
        sends_as: its user id, if it sends what it keeps.
        folder: which folder it is after.
    """

    def __init__(
        self,
        phone: TestPhone,
        package: str,
        *,
        form: Form = as_it_is,
        name: str = "cache/{}",
        before: bytes = b"",
        sends_as: int | None = None,
        folder: str = "Pictures/Screenshots",
    ) -> None:
        self._phone = phone
        self._home = phone.storage / "Android/data" / package
        self._package = package
        self._form, self._name, self._before, self._sends_as = form, name, before, sends_as
        self._folder = phone.storage / folder
        self._known: set[tuple[str, int]] = set()
        self._end = threading.Event()
        self.copies: list[Path] = []

    def look(self) -> None:
        """Do once what the app does when it comes to the front."""
        for picture in sorted(self._folder.glob("*")):
            if not picture.is_file():
                continue
            # Two pictures of one second have one name, one after the other.
            known = picture.name, picture.stat().st_ctime_ns
            if known in self._known:
                continue
            self._known.add(known)
            kept = self._form(picture.read_bytes())
            place = self._home / self._name.format(len(self.copies))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(self._before + kept)
            self.copies.append(place)
            self._phone.use_right(self._package, "READ_MEDIA_IMAGES")
            if self._sends_as is not None:
                self._phone.send(self._sends_as, len(kept) + 4_000)

    def run(self) -> None:
        """Look again and again until `stop`: for a thread, while another program has the phone."""
        while not self._end.wait(0.05):
            self.look()

    def stop(self) -> None:
        """End `run`."""
        self._end.set()
