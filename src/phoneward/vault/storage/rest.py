"""A repository behind restic's REST protocol, as `rest-server` and `rclone serve restic` speak it.

Source: https://restic.readthedocs.io/en/stable/REST_backend.html (versions 1 and 2), restic internal/backend/rest.
What a server promises, and what it does not: docs/decisions/0059-remote-vaults.md.
"""

import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final, NoReturn, TypeVar
from urllib.parse import quote, unquote, urlsplit

import msgspec

from phoneward.errors import readable
from phoneward.texts import _
from phoneward.vault.blobs import BytesLike, FileId, FileType
from phoneward.vault.errors import (
    AppendOnlyError,
    DamagedError,
    FileMissingError,
    NameTakenError,
    StorageAccessError,
    StorageDeniedError,
    StorageFullError,
    TransientStorageError,
    WrongAnswerError,
)
from phoneward.vault.storage.base import FreeSpace, ListedFile, parse_name
from phoneward.vault.storage.webclient import (
    Answer,
    Waits,
    WebAddress,
    WebClient,
    basic_authorization,
    retry_after,
    tls_context,
)
from phoneward.vaultplace import RemoteAddressError, RemotePlace, shown_place

_T = TypeVar("_T")

_VERSION_2: Final = "application/vnd.x.restic.rest.v2"
_MAX_WHOLE: Final = 512 * 2**20
"""No file is read at once that is longer, bytes: an honest index has some 10 MB, a pack 128 MB at most."""
_MAX_LISTING: Final = 192 * 2**20
"""Of two million packs."""
_COMPARED_BYTES: Final = 2**20
_PASSING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_SAID_ON_THE_WAY: Final = frozenset({0, 408, 502, 504})
"""No answer (0), or one of somebody between us and the server, who may still be at it."""
_FULL: Final = frozenset({413, 507})
"""507 is WebDAV's word for it; `rest-server --max-size` says 413."""
_RANGE: Final = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18})", re.ASCII)
_READ_BACK: Final = frozenset({FileType.CONFIG, FileType.KEY, FileType.INDEX, FileType.SNAPSHOT})


class _Item(msgspec.Struct):
    name: str
    size: int


class RestStorage:
    """Files behind a REST server. See `Storage` for the calls; wrap it in `RetryingStorage`.

    A file is durable when the server has answered 200: the protocol promises no more, and what that means is the
    server's matter. Small files that everything hangs on (keys, `config`, indexes, snapshots) are read back before
    `save` returns; the writer of packs reads those back by `holds`.

    Args:
        place: the address, of kind `rest`.
        access: who may enter, and whom to trust: restic's variables.
        waits: how long the server may be silent.

    Raises:
        RemoteAddressError: the address, or a file of certificates, makes no sense.
    """

    def __init__(self, place: RemotePlace, access: Mapping[str, str], *, waits: Waits | None = None) -> None:
        self._location = shown_place(place)
        address, self._base = _parse_address(place, access)
        self._client = WebClient(address, self._location, waits)

    @property
    def location(self) -> str:
        """The address, without secrets."""
        return self._location

    def create(self) -> None:
        """Have the server make the folders."""
        with self._ask("POST", "?create=true", content=()) as answer:
            if answer.status == 403:
                raise StorageDeniedError(path=self._location, detail=_said(answer))
            if answer.status != 200:
                self._refuse(answer)

    def exists(self, file_type: FileType, name: FileId) -> bool:
        """Ask for the file's head."""
        return self._head(file_type, name) is not None

    def save(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> None:
        """Send the file; some servers would write over one that is there, so that is asked first."""
        path = self._path(file_type, name)
        if self.exists(file_type, name):
            raise NameTakenError(path=self._named(file_type, name), detail="")
        status = 0
        try:
            with self._ask("POST", path, {"Content-Type": "application/octet-stream"}, pieces) as answer:
                status = answer.status
                if status not in {200, 201, 204, 403}:
                    self._refuse(answer)
        except TransientStorageError as error:
            error.is_unclear = status in _SAID_ON_THE_WAY
            raise
        if status == 403:
            if self.exists(file_type, name):  # an append-only server, and another was quicker
                raise NameTakenError(path=self._named(file_type, name), detail="")
            raise StorageDeniedError(path=self._location, detail=_said(answer))
        if file_type in _READ_BACK and not self._is_stored(file_type, name, pieces):
            raise WrongAnswerError(
                path=self._location, detail=_("it says that a file is stored, and gives back something else")
            )

    def load(self, file_type: FileType, name: FileId, offset: int = 0, length: int | None = None) -> bytes:
        """Ask for a range of the file; an answer of any other range is none."""
        path = self._path(file_type, name)
        if length == 0:
            self.size(file_type, name)
            return b""
        if not offset and length is None:
            with self._ask("GET", path) as answer:
                self._need_file(answer, file_type, name, {200})
                return answer.read(_MAX_WHOLE)
        wanted = f"bytes={offset}-" if length is None else f"bytes={offset}-{offset + length - 1}"
        with self._ask("GET", path, {"Range": wanted}) as answer:
            if answer.status == 416:
                return self._beyond(file_type, name, offset, length)
            self._need_file(answer, file_type, name, {200, 206})
            if answer.status == 200:  # the whole file, which is right where that was wanted
                if offset or answer.length is None or answer.length != length:
                    raise WrongAnswerError(path=self._location, detail=_("it cannot give a part of a file"))
                return answer.read(length)
            return self._part(answer, file_type, name, offset, length)

    def holds(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> bool:
        """Read the file from the server and compare."""
        total = sum(len(piece) for piece in pieces)
        with self._ask("GET", self._path(file_type, name), {"Cache-Control": "no-cache"}) as answer:
            self._need_file(answer, file_type, name, {200})
            if answer.length is not None and answer.length != total:
                return False
            expected = _Pieces(pieces)
            try:
                return all(expected.next_is(data) for data in answer.pieces(total, _COMPARED_BYTES))
            except WrongAnswerError:  # longer than it is
                return False

    def size(self, file_type: FileType, name: FileId) -> int:
        """Ask for the file's head."""
        size = self._head(file_type, name)
        if size is None:
            raise FileMissingError(name=self._short(file_type, name))
        return size

    def list(self, file_type: FileType) -> Iterator[ListedFile]:
        """Ask for the listing; names that a repository does not give are left out."""
        if file_type is FileType.CONFIG:
            raise ValueError("config stands alone")
        with self._ask("GET", f"{file_type.value}/") as answer:
            if answer.status == 404 and not answer.headers.get("server", "").startswith("rclone/"):
                return  # rclone says so of its own troubles, and lists a missing folder as empty (restic rest.go, List)
            if answer.status == 404:
                raise TransientStorageError(path=self._location, detail=_said(answer))
            if answer.status != 200:
                self._refuse(answer)
            is_first = not answer.headers.get("content-type", "").startswith(_VERSION_2)
            content = answer.read(_MAX_LISTING)
        yield from self._list_first(file_type, content) if is_first else self._list_second(content)

    def remove(self, file_type: FileType, name: FileId) -> None:
        """Have the server remove the file."""
        with self._ask("DELETE", self._path(file_type, name)) as answer:
            if answer.status == 404:
                raise FileMissingError(name=self._short(file_type, name))
            if answer.status == 403:
                raise AppendOnlyError(path=self._location, detail=_said(answer))
            if answer.status not in {200, 204}:
                self._refuse(answer)

    def free_space(self) -> FreeSpace | None:
        """The protocol does not tell."""
        return None

    def remove_leftovers(self, older_than_s: float) -> int:  # noqa: ARG002 - the protocol
        """What a server keeps of cut-off uploads is its own matter."""
        return 0

    def close(self) -> None:
        """End the connections that nobody uses."""
        self._client.close()

    def _head(self, file_type: FileType, name: FileId) -> int | None:
        with self._ask("HEAD", self._path(file_type, name)) as answer:
            if answer.status == 404:
                return None
            if answer.status != 200:
                self._refuse(answer)
            if answer.length is None:
                raise WrongAnswerError(path=self._location, detail=_("it does not tell a file's length"))
            return answer.length

    def _is_stored(self, file_type: FileType, name: FileId, pieces: Sequence[BytesLike]) -> bool:
        try:
            return self.holds(file_type, name, pieces)
        except FileMissingError:
            return False

    def _need_file(self, answer: Answer, file_type: FileType, name: FileId, fine: set[int]) -> None:
        if answer.status == 404:
            raise FileMissingError(name=self._short(file_type, name))
        if answer.status not in fine:
            self._refuse(answer)

    def _part(self, answer: Answer, file_type: FileType, name: FileId, offset: int, length: int | None) -> bytes:
        said = _RANGE.fullmatch(answer.headers.get("content-range", ""))
        first, last, total = (int(group) for group in said.groups()) if said else (-1, -1, -1)
        if said and total < offset + (length or 0):
            raise self._too_short(file_type, name)
        if said and length is None and offset >= total:
            return b""
        end = total if length is None else offset + length
        size = end - offset
        if first != offset or last != end - 1 or size > _MAX_WHOLE or answer.length not in {None, size}:
            raise WrongAnswerError(path=self._location, detail=_("another part of the file than was asked for"))
        data = answer.read(size)
        if len(data) != size:
            raise TransientStorageError(path=self._location, detail=_("the answer broke off"))
        return data

    def _beyond(self, file_type: FileType, name: FileId, offset: int, length: int | None) -> bytes:
        """Answer for a server that says that there is no such range."""
        if self.size(file_type, name) >= offset + (length or 1):
            raise WrongAnswerError(path=self._location, detail=_("another part of the file than was asked for"))
        if length is not None:
            raise self._too_short(file_type, name)
        return b""

    def _too_short(self, file_type: FileType, name: FileId) -> DamagedError:
        return DamagedError(name=self._short(file_type, name), problem=_("it is shorter than it must be."))

    def _list_second(self, content: bytes) -> Iterator[ListedFile]:
        sizes: dict[FileId, int] = {}
        for item in _decoded(content, _Item, self._location):
            name = parse_name(item.name)
            if name is None:
                continue
            if item.size < 0 or sizes.setdefault(name, item.size) != item.size:
                raise WrongAnswerError(path=self._location, detail=_("a listing that makes no sense"))
        yield from (ListedFile(name, size) for name, size in sizes.items())

    def _list_first(self, file_type: FileType, content: bytes) -> Iterator[ListedFile]:
        """The first version names files only."""
        for name in dict.fromkeys(map(parse_name, _decoded(content, str, self._location))):
            size = None if name is None else self._head(file_type, name)
            if name is not None and size is not None:  # it may have been removed meanwhile
                yield ListedFile(name, size)

    @contextmanager
    def _ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str] | None = None,
        content: Sequence[BytesLike] | None = None,
    ) -> Iterator[Answer]:
        with self._client.ask(method, self._base + path, {"Accept": _VERSION_2, **(headers or {})}, content) as answer:
            yield answer

    def _refuse(self, answer: Answer) -> NoReturn:
        """Raise what a status means that no call expects."""
        status, detail = answer.status, _said(answer)
        if status in {401, 407}:
            raise StorageAccessError(path=self._location, detail=detail)
        if status == 403:
            raise StorageDeniedError(path=self._location, detail=detail)
        if status in _FULL:
            raise StorageFullError(path=self._location, detail=detail)
        if status in _PASSING:
            raise TransientStorageError(path=self._location, detail=detail, retry_after_s=retry_after(answer.headers))
        if 300 <= status < 400:
            elsewhere = readable(answer.headers.get("location", "")[:200])
            raise WrongAnswerError(
                path=self._location, detail=_("it sends us to another address: {address}").format(address=elsewhere)
            )
        raise WrongAnswerError(path=self._location, detail=detail)

    def _path(self, file_type: FileType, name: FileId) -> str:
        if file_type is FileType.CONFIG:
            return str(file_type.value)
        if parse_name(name) is None:
            raise ValueError(f"not a file name of a repository: {name!r}")
        return f"{file_type.value}/{name}"

    def _short(self, file_type: FileType, name: FileId) -> str:
        return self._path(file_type, name)

    def _named(self, file_type: FileType, name: FileId) -> str:
        return readable(self._location + self._path(file_type, name))


class _Pieces:
    """Compares what comes with what was written, without one copy of all."""

    def __init__(self, pieces: Sequence[BytesLike]) -> None:
        self._left = [memoryview(piece) for piece in reversed(pieces)]

    def next_is(self, data: bytes) -> bool:
        """Tell whether these are the bytes that come next."""
        start = 0
        while start < len(data):
            piece = self._left.pop()
            count = min(len(piece), len(data) - start)
            if bytes(piece[:count]) != data[start : start + count]:  # bytes compare 60 times as fast as views
                return False
            start += count
            if count < len(piece):
                self._left.append(piece[count:])
        return True


def _decoded(content: bytes, kind: type[_T], location: str) -> list[_T]:
    try:
        return msgspec.json.decode(content, type=list[kind])  # type: ignore[valid-type]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WrongAnswerError(path=location, detail=_("a listing that makes no sense")) from error


def _said(answer: Answer) -> str:
    return _("HTTP status {status}").format(status=answer.status)


def _parse_address(place: RemotePlace, access: Mapping[str, str]) -> tuple[WebAddress, str]:
    """Return the server, and the path of the vault on it, which ends with a slash."""

    def wrong(problem: str) -> RemoteAddressError:
        return RemoteAddressError(place=shown_place(place), problem=problem)

    try:
        url = urlsplit(place.address)
        port = url.port
    except ValueError as error:
        raise wrong(_("the part between // and / is no computer's name.")) from error
    if url.scheme not in {"http", "https"} and (url.scheme != "http+unix" or sys.platform == "win32"):
        raise wrong(_("after rest: it must begin with https:// or http://."))
    if url.query or url.fragment:
        raise wrong(_("it must hold neither ? nor #."))
    host, path, socket_path = url.hostname or "", url.path, ""
    if url.scheme == "http+unix":
        socket_path, _colon, path = path.partition(":")
        host = "" if url.netloc else "localhost"
    if not host or (url.scheme == "http+unix" and not socket_path):
        raise wrong(_("the part between // and / is no computer's name."))
    tls = None
    if url.scheme == "https":
        try:
            tls = tls_context(access.get("RESTIC_CACERT", ""), access.get("RESTIC_TLS_CLIENT_CERT", ""))
        except OSError as error:
            raise wrong(_("the file of certificates cannot be used: {reason}").format(reason=error)) from error
    user, password = unquote(place.user), unquote(place.password)
    if not user:
        user, password = access.get("RESTIC_REST_USERNAME", ""), access.get("RESTIC_REST_PASSWORD", "")
    authorization = basic_authorization(user, password) if user else ""
    base = quote(path, safe="/%:@!$&'()*+,;=-._~")
    return (
        WebAddress(host, port or (80 if tls is None else 443), tls, socket_path, authorization),
        base if base.endswith("/") else f"{base}/",
    )
