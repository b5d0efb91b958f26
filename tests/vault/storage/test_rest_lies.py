"""A server that is broken, hostile or no vault's server at all: a person hears so, soon, and loses nothing."""

import hashlib
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from phoneward.vault import DamagedError, FileId, FileMissingError, FileType
from phoneward.vault.errors import (
    StorageAccessError,
    StorageError,
    StorageFullError,
    TransientStorageError,
    WrongAnswerError,
)
from phoneward.vault.storage import NO_NAME, ListedFile, rest
from phoneward.vault.storage.rest import RestStorage
from phoneward.vault.storage.retrying import Patience, RetryingStorage
from phoneward.vault.storage.webclient import Waits
from phoneward.vaultplace import RemotePlace, parse_place
from tests.vault.storage.misbehaving import Misbehaving, Request, answer, dripping, misbehaving

CONTENT = bytes(range(256)) * 4
NAME = FileId(hashlib.sha256(CONTENT).hexdigest())
PATIENT = Waits(20.0, 20.0)
QUICK = Waits(0.3, 0.3)
BOUND_S = 15.0
CHUNKED = answer(content_length="", transfer_encoding="chunked")
V2 = "application/vnd.x.restic.rest.v2"


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    with misbehaving(lambda _request: answer()) as running:
        yield running


@pytest.fixture
def storage(server: Misbehaving) -> RestStorage:
    return storage_at(server, PATIENT)


def storage_at(server: Misbehaving, waits: Waits) -> RestStorage:
    place = parse_place(f"rest:http://anna:s3cret@127.0.0.1:{server.port}/vault/")
    assert isinstance(place, RemotePlace)
    return RestStorage(place, {}, waits=waits)


def part(body: bytes, said: str, **headers: str) -> bytes:
    return answer(body, "206 Partial Content", content_range=said, **headers)


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    return CHUNKED + b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + end


WRONG_PARTS: dict[str, tuple[bytes, type[Exception]]] = {
    "the whole file": (answer(CONTENT), WrongAnswerError),
    "a whole as long as the part": (answer(CONTENT[:50]), WrongAnswerError),
    "another part": (part(CONTENT[:50], "bytes 0-49/1024"), WrongAnswerError),
    "no word of which part": (answer(CONTENT[10:60], "206 Partial Content"), WrongAnswerError),
    "less than it says": (part(CONTENT[10:50], "bytes 10-59/1024"), WrongAnswerError),
    "less than was asked": (part(CONTENT[10:50], "bytes 10-49/1024"), WrongAnswerError),
    "more than was asked": (part(CONTENT[10:70], "bytes 10-69/1024"), WrongAnswerError),
    "more than it says": (part(CONTENT[10:70], "bytes 10-59/1024"), WrongAnswerError),
    "a short file": (part(CONTENT[10:20], "bytes 10-19/20"), DamagedError),
    "a short file, by its own word": (answer(b"", "416 Range Not Satisfiable"), WrongAnswerError),
    "packed": (part(CONTENT[10:60], "bytes 10-59/1024", content_encoding="gzip"), WrongAnswerError),
    "a length that is none": (part(CONTENT[10:60], "bytes 10-59/1024", content_length="-1"), WrongAnswerError),
    "a huge length": (part(CONTENT[10:60], "bytes 10-59/1024", content_length="9" * 30), WrongAnswerError),
    "half": (part(CONTENT[10:40], "bytes 10-59/1024", content_length="50"), TransientStorageError),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", WrongAnswerError),
    "no word at all": (b"", TransientStorageError),
    "half a head": (b"HTTP/1.1 206 Par", StorageError),
    "another code": (answer(b"", "299 Fine"), WrongAnswerError),
    "no entry": (answer(b"", "401 Unauthorized"), StorageAccessError),
    "full": (answer(b"", "507 Insufficient Storage"), StorageFullError),
    "cut off, where the end is the length": (part(CONTENT[10:40], "bytes 10-59/1024", content_length=""), StorageError),
    "endless headers": (b"HTTP/1.1 206 Partial\r\n" + b"a: b\r\n" * 100_000, WrongAnswerError),
    "an endless header": (b"HTTP/1.1 206 Partial\r\na: " + b"b" * 1_000_000, WrongAnswerError),
    "endless beginnings": (b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000, WrongAnswerError),
    "endless ends": (chunked(CONTENT[10:60], end=b"0\r\n" + b"a: b\r\n" * 200_000), WrongAnswerError),
    "a chunk that is none": (CHUNKED + b"zz\r\n", StorageError),
}


@pytest.mark.parametrize("lie", WRONG_PARTS)
def test_a_part_is_the_part_or_an_error(server: Misbehaving, storage: RestStorage, lie: str) -> None:
    said, error = WRONG_PARTS[lie]
    server.says = lambda request: answer(CONTENT) if request.method == "HEAD" else said
    server.hangs_up = True
    start = time.monotonic()
    with pytest.raises(error):
        storage.load(FileType.PACK, NAME, 10, 50)
    assert time.monotonic() - start < BOUND_S


def test_parts_that_are_right_in_other_ways(server: Misbehaving, storage: RestStorage) -> None:
    server.says = lambda _request: chunked(CONTENT[:10], CONTENT[10:])
    assert storage.load(FileType.PACK, NAME) == CONTENT
    server.says = lambda _request: answer(CONTENT)
    assert storage.load(FileType.PACK, NAME, 0, len(CONTENT)) == CONTENT
    server.says = lambda _request: chunked(CONTENT[10:60]).replace(
        b"200 OK", b"206 Partial\r\ncontent-range: bytes 10-59/1024"
    )
    assert storage.load(FileType.PACK, NAME, 10, 50) == CONTENT[10:60]
    server.says = lambda r: answer(CONTENT) if r.method == "HEAD" else answer(b"", "416 Range Not Satisfiable")
    assert storage.load(FileType.PACK, NAME, 1024) == b""
    with pytest.raises(DamagedError):
        storage.load(FileType.PACK, NAME, 1024, 1)


@pytest.mark.parametrize(
    "slowly",
    [
        lambda: dripping(b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 100, 0.1),
        lambda: itertools.chain([answer(b"", content_length="1024")], dripping(CONTENT, 0.1)),
        lambda: itertools.chain(
            [answer(b"", content_length="", transfer_encoding="chunked")], dripping(b"0" * 99, 0.1)
        ),
    ],
)
def test_an_answer_that_drips_is_given_up(server: Misbehaving, slowly: Callable[[], Iterator[bytes]]) -> None:
    storage = storage_at(server, QUICK)
    server.says = lambda _request: slowly()
    for ask in (lambda: storage.load(FileType.PACK, NAME), lambda: list(storage.list(FileType.PACK))):
        start = time.monotonic()
        with pytest.raises(TransientStorageError):
            ask()
        assert time.monotonic() - start < BOUND_S


def test_what_has_no_end_is_given_up(
    server: Misbehaving, storage: RestStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest, "_MAX_LISTING", 2**20)
    monkeypatch.setattr(rest, "_MAX_WHOLE", 2**20)

    def endless(_request: Request) -> Iterator[bytes]:
        yield CHUNKED
        yield b"1\r\n[\r\n"
        while True:
            yield b"10000\r\n" + b"1," * 0x8000 + b"\r\n"

    server.says = endless
    with pytest.raises(WrongAnswerError, match="too long"):
        list(storage.list(FileType.PACK))
    with pytest.raises(WrongAnswerError, match="too long"):
        storage.load(FileType.PACK, NAME)
    assert not storage.holds(FileType.PACK, NAME, [CONTENT])


@pytest.mark.parametrize(
    "listing",
    [
        b"",
        b"<html>Welcome to our hotel</html>",
        b"{}",
        b"null",
        b"[1]",
        b'[{"name": 1, "size": 1}]',
        b'[{"name": "x"}]',
        b'[{"name": "' + NAME.encode() + b'", "size": -1}]',
        b'[{"name": "' + NAME.encode() + b'", "size": 1e99}]',
        b'[{"name": "' + NAME.encode() + b'", "size": 1}, {"name": "' + NAME.encode() + b'", "size": 2}]',
        b"[" * 100_000,
        b'[{"name": "\xff", "size": 1}]',
        b'[{"name": "x", "size": 1}',
    ],
)
def test_a_listing_that_makes_no_sense_is_none(server: Misbehaving, storage: RestStorage, listing: bytes) -> None:
    for content_type in (V2, "application/vnd.x.restic.rest.v1"):
        server.says = lambda _request: answer(listing, content_type=content_type)  # noqa: B023 - asked at once
        with pytest.raises(WrongAnswerError):
            list(storage.list(FileType.PACK))


def test_hostile_names_are_no_files(server: Misbehaving, storage: RestStorage) -> None:
    items = [{"name": name, "size": 1} for name in ("../../etc/passwd", NAME[:-1], NAME.upper(), "", NAME)]
    server.says = lambda _request: answer(json.dumps(items).encode(), content_type=V2)
    assert list(storage.list(FileType.PACK)) == [ListedFile(NAME, 1)]


def test_a_server_of_the_first_version_is_asked_for_each_size(server: Misbehaving, storage: RestStorage) -> None:
    def says(request: Request) -> bytes:
        if request.path.endswith("/snapshots/"):
            return answer(json.dumps([NAME, "../x", "a" * 64]).encode(), content_type="application/json")
        return answer(CONTENT)[: -len(CONTENT)] if request.path.endswith(NAME) else answer(b"", "404 Not Found")

    server.says = says
    assert list(storage.list(FileType.SNAPSHOT)) == [ListedFile(NAME, 1024)]


def test_a_missing_place_holds_nothing_and_trouble_is_no_missing_place(
    server: Misbehaving, storage: RestStorage
) -> None:
    server.says = lambda _request: answer(b"", "404 Not Found")
    assert list(storage.list(FileType.SNAPSHOT)) == []
    server.says = lambda _request: answer(b"", "404 Not Found", server="rclone/v1.60.1")
    with pytest.raises(TransientStorageError):
        list(storage.list(FileType.SNAPSHOT))


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_nobody_else_is_told_the_password(server: Misbehaving, storage: RestStorage, status: str) -> None:
    with misbehaving(lambda _request: answer()) as other:
        server.says = lambda _request: answer(b"", status, location=f"http://127.0.0.1:{other.port}/\x1b[2J")
        for ask in _everything(storage):
            with pytest.raises(WrongAnswerError, match="another address") as caught:
                ask()
            assert "s3cret" not in str(caught.value)
            assert "\x1b" not in str(caught.value)
        assert not other.heard
    assert all(request.headers["authorization"].startswith("Basic ") for request in server.heard)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("", None), ("soon", None), ("-1", None), ("9" * 20, None), ("Mon, 01 Jan 2001 00:00:00 GMT", 0.0)],
)
def test_a_busy_server_is_heard(server: Misbehaving, storage: RestStorage, said: str, seconds: float | None) -> None:
    for status in ("500 Oh", "502 Bad Gateway", "503 Busy", "504 Timeout", "429 Slow down"):
        server.says = lambda _request: answer(b"oh", status, retry_after=said)  # noqa: B023 - asked at once
        for ask in _everything(storage):
            with pytest.raises(TransientStorageError) as caught:
                ask()
            assert caught.value.retry_after_s == seconds


@pytest.mark.parametrize("kind", [FileType.SNAPSHOT, FileType.INDEX, FileType.KEY, FileType.CONFIG])
def test_a_server_that_says_stored_and_stores_nothing_is_found_out(
    server: Misbehaving, storage: RestStorage, kind: FileType
) -> None:
    for kept in (None, CONTENT[:-1], CONTENT + b"x", CONTENT[:-1] + b"x"):

        def says(request: Request) -> bytes:
            there = kept is not None and any(heard.method == "POST" for heard in server.heard)  # noqa: B023
            if request.method == "POST":
                return answer()
            return answer(kept or b"") if there else answer(b"", "404 Not Found")  # noqa: B023

        server.heard.clear()
        server.says = says
        with pytest.raises(WrongAnswerError):
            storage.save(kind, NO_NAME if kind is FileType.CONFIG else NAME, [CONTENT])


def test_an_answer_that_nobody_asked_for_answers_nothing(server: Misbehaving, storage: RestStorage) -> None:
    """A faulty proxy answers twice: the second answer must not be taken for that to the next question."""

    def twice(request: Request) -> bytes:
        if request.method == "HEAD":
            return answer(b"", "404 Not Found") * 2
        return answer(b"", "500 Oh") if request.method == "POST" else answer(CONTENT) * 2

    server.says = twice
    for _number in range(5):
        assert storage.load(FileType.PACK, NAME) == CONTENT
        assert not storage.exists(FileType.PACK, NAME)
        with pytest.raises(TransientStorageError):
            storage.save(FileType.PACK, NAME, [CONTENT])


def test_half_a_file_of_no_told_length_is_not_what_was_stored(server: Misbehaving, storage: RestStorage) -> None:
    server.says = lambda _request: answer(CONTENT[:512], content_length="")
    server.hangs_up = True
    with pytest.raises(TransientStorageError):
        storage.holds(FileType.PACK, NAME, [CONTENT])


def test_a_file_with_more_behind_it_is_not_what_was_stored(server: Misbehaving, storage: RestStorage) -> None:
    for more in (chunked(CONTENT, b"x"), answer(CONTENT + b"x")):
        server.says = lambda _request: more  # noqa: B023 - asked at once
        assert not storage.holds(FileType.PACK, NAME, [CONTENT])
    server.says = lambda _request: chunked(CONTENT[:7], CONTENT[7:])
    assert storage.holds(FileType.PACK, NAME, [CONTENT[:100], b"", CONTENT[100:]])


def test_an_answer_that_comes_late_answers_nothing(server: Misbehaving, storage: RestStorage) -> None:
    was_read, was_sent = threading.Event(), threading.Event()

    def again(_request: Request) -> Iterator[bytes]:
        yield answer(CONTENT)
        was_read.wait(10)
        yield answer(CONTENT)
        was_sent.set()

    server.says = again
    assert storage.load(FileType.PACK, NAME) == CONTENT
    was_read.set()
    assert was_sent.wait(10)
    server.says = lambda _request: answer(b"", "404 Not Found")
    assert not storage.exists(FileType.PACK, NAME)


def test_a_server_that_is_full_says_so(server: Misbehaving, storage: RestStorage) -> None:
    for status in ("507 Insufficient Storage", "413 Too Large"):
        server.says = lambda request: answer(b"", "404 Not Found" if request.method != "POST" else status)  # noqa: B023
        with pytest.raises(StorageFullError):
            RetryingStorage(storage, patience=Patience(total_s=0)).save(FileType.PACK, NAME, [CONTENT])


def test_what_is_not_there_is_missing(server: Misbehaving, storage: RestStorage) -> None:
    server.says = lambda _request: answer(b"", "404 Not Found")
    for ask in (
        lambda: storage.load(FileType.PACK, NAME),
        lambda: storage.load(FileType.PACK, NAME, 1, 2),
        lambda: storage.holds(FileType.PACK, NAME, [CONTENT]),
        lambda: storage.size(FileType.PACK, NAME),
        lambda: storage.remove(FileType.PACK, NAME),
    ):
        with pytest.raises(FileMissingError):
            ask()


def _everything(storage: RestStorage) -> list[Callable[[], object]]:
    return [
        storage.create,
        lambda: storage.exists(FileType.CONFIG, NO_NAME),
        lambda: storage.save(FileType.PACK, NAME, [CONTENT]),
        lambda: storage.load(FileType.PACK, NAME),
        lambda: storage.load(FileType.PACK, NAME, 1, 2),
        lambda: storage.holds(FileType.PACK, NAME, [CONTENT]),
        lambda: storage.size(FileType.PACK, NAME),
        lambda: list(storage.list(FileType.PACK)),
        lambda: storage.remove(FileType.PACK, NAME),
    ]
