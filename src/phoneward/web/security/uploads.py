"""Files that a browser sends: checked before they are taken, written into a private folder, never held in memory.

The form's token must come first, so that nothing of a form that another site made is ever written. What breaks off, is
too large or does not fit leaves nothing behind.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from starlette.datastructures import Headers, ImmutableMultiDict
from starlette.types import Receive

from phoneward.errors import readable
from phoneward.texts import Size
from phoneward.web.errors import (
    FormTooLargeError,
    FormUnreadableError,
    NoRoomForUploadError,
    TooSlowError,
    UploadTooLargeError,
)
from phoneward.web.security.forms import TOKEN_FIELD, Form, require_token
from phoneward.web.security.multipart import Data, MultipartError, MultipartReader, Part, PartEnd, boundary_of

MAX_UPLOAD: Final = 4 << 30
"""Bytes of one form: Android itself takes no larger app."""
MAX_TEXT: Final = 1 << 20
"""Bytes of a form's fields: a privacy policy may be long."""
RESERVE: Final = 512 << 20
"""Bytes that stay free on the disk."""
SILENCE_S: Final = 20.0
"""A browser that sends nothing for so long is let go."""
LEFT_BEHIND_S: Final = 6 * 3600.0
"""A folder older than this belongs to a program that was killed."""
_PREFIX: Final = "upload-"
_CHECK_EACH: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """One file.

    Attributes:
        name: as the browser calls it, without folders, readable; it is only shown, never used as a path.
        path: where it is.
    """

    name: str
    path: Path
    size: int


@dataclass(slots=True)
class Upload:
    """The files of one form, in a private folder; whoever takes them over closes it."""

    folder: Path
    files: list[UploadedFile] = field(default_factory=list)
    is_taken: bool = False

    def take(self) -> "Upload":
        """Have it outlive the request."""
        self.is_taken = True
        return self

    def close(self) -> None:
        """Remove the folder with all that is in it."""
        shutil.rmtree(self.folder, ignore_errors=True)


async def read_upload(
    headers: Headers, receive: Receive, *, token: str, folder: Path, silence_s: float = SILENCE_S
) -> tuple[Form, Upload]:
    """Read a form with files.

    Args:
        headers: of the request.
        receive: gives the rest of it.
        token: what the form must carry, in front of everything else.
        folder: where the private folder is made.
        silence_s: how long the browser may send nothing.

    Raises:
        FormUnreadableError: it is no such form.
        FormTooOldError: its token is missing or another's.
        UploadTooLargeError, NoRoomForUploadError: it is longer than is taken, or than there is room for.
        TooSlowError: it broke off.
        OSError: it cannot be written.
    """
    reader = _reader(headers)
    upload = await asyncio.to_thread(_prepare, folder, _announced(headers))
    taking = _Taking(upload, token)
    try:
        async for piece in _pieces(receive, silence_s):
            await asyncio.to_thread(taking.take, reader, piece)
        form = taking.whole(reader)
    except BaseException as error:  # also where the request was cancelled: nothing of it may stay
        taking.close()
        upload.close()
        if isinstance(error, MultipartError):
            raise FormUnreadableError from error
        raise
    return form, upload


def _reader(headers: Headers) -> MultipartReader:
    if "content-encoding" in headers:
        raise FormUnreadableError
    try:
        return MultipartReader(boundary_of(headers.get("content-type", "")))
    except MultipartError as error:
        raise FormUnreadableError from error


def _prepare(folder: Path, size: int) -> Upload:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    remove_left_behind(folder)
    _require_room(folder, size)
    return Upload(Path(tempfile.mkdtemp(prefix=_PREFIX, dir=folder)))


def _announced(headers: Headers) -> int:
    length = headers.get("content-length", "")
    size = int(length) if length.isascii() and length.isdigit() and len(length) < 20 else 0
    if size > MAX_UPLOAD:
        raise UploadTooLargeError(limit=Size(MAX_UPLOAD))
    return size


def _require_room(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + RESERVE:
        raise NoRoomForUploadError(path=readable(str(folder)))


async def _pieces(receive: Receive, silence_s: float) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(silence_s):
                message = await receive()
        except TimeoutError as error:
            raise TooSlowError from error
        if message["type"] != "http.request":
            raise TooSlowError
        if message.get("body"):
            yield message["body"]
        if not message.get("more_body", False):
            return


class _Taking:
    """Puts the parts where they belong: fields into the form, files into the folder."""

    def __init__(self, upload: Upload, token: str) -> None:
        self._upload = upload
        self._token = token
        self._fields: list[tuple[str, str]] = []
        self._name = ""
        self._value: bytearray | None = None
        self._file: IO[bytes] | None = None
        self._filename = ""
        self._size = 0
        self._unchecked = 0
        self._text = 0

    def form(self) -> Form:
        form = ImmutableMultiDict(self._fields)
        require_token(form, self._token)
        return form

    def take(self, reader: MultipartReader, piece: bytes) -> None:
        self._size += len(piece)
        if self._size > MAX_UPLOAD:
            raise UploadTooLargeError(limit=Size(MAX_UPLOAD))
        self._unchecked += len(piece)
        if self._unchecked > _CHECK_EACH:
            self._unchecked = 0
            _require_room(self._upload.folder, 0)
        for event in reader.feed(piece):
            match event:
                case Part(name, filename):
                    self._begin(name, filename)
                case Data(content):
                    self._put(content)
                case PartEnd():
                    self._end()

    def whole(self, reader: MultipartReader) -> Form:
        if not reader.is_done:
            raise TooSlowError
        return self.form()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _begin(self, name: str, filename: bytes | None) -> None:
        self._name = name
        if filename is None:
            self._value = bytearray()
            return
        self.form()  # the token came before the first file, or nothing of it is written
        self._filename = shown_name(filename)
        path = self._upload.folder / f"{len(self._upload.files)}.apk"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        self._file = os.fdopen(os.open(path, flags, 0o600), "wb")

    def _put(self, content: bytes) -> None:
        if self._file is not None:
            self._file.write(content)
        elif self._value is not None:
            self._text += len(content)
            if self._text > MAX_TEXT:
                raise FormTooLargeError
            self._value += content

    def _end(self) -> None:
        if self._file is not None:
            size = self._file.tell()
            self._file.close()
            self._file = None
            path = self._upload.folder / f"{len(self._upload.files)}.apk"
            if size or self._filename:
                self._upload.files.append(UploadedFile(self._filename, path, size))
            else:  # a browser sends an empty file without a name where none was chosen
                path.unlink()
        elif self._value is not None:
            try:
                self._fields.append((self._name, self._value.decode("utf-8")))
            except UnicodeDecodeError as error:
                raise MultipartError("a field that is no text") from error
            self._value = None
            if len(self._fields) == 1 and self._name != TOKEN_FIELD:
                self.form()  # says that the token is missing


def shown_name(filename: bytes) -> str:
    """Return what to call a file: the last part of what the browser says, readable."""
    last = filename.replace(b"\\", b"/").rpartition(b"/")[2]
    return readable(last[:200])


def remove_left_behind(folder: Path, *, older_than_s: float = LEFT_BEHIND_S) -> None:
    """Remove what programs that were killed left behind."""
    limit = time.time() - older_than_s
    for place in _folders(folder):
        with contextlib.suppress(OSError):
            if place.stat(follow_symlinks=False).st_mtime < limit:
                shutil.rmtree(place, ignore_errors=True)


def _folders(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from (place for place in folder.iterdir() if place.name.startswith(_PREFIX) and place.is_dir())
