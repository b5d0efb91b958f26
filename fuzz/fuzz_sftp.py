"""Fuzz target: what an SFTP server answers, to the storage that asks it.

Each answer is a byte for its kind, two for its length, and its body; when they run out, the connection is lost. Seeds
in `fuzz/seeds/sftp/` were written by hand after the draft: a listing, a file that is read, one that is stored.
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.vault.storage.sftp"]):
    from phoneward.vault.storage.sftp import packets
    from phoneward.vault.storage.sftp.storage import SftpStorage

from phoneward.errors import PhonewardError
from phoneward.vault.blobs import FileId, FileType
from phoneward.vault.storage.base import parse_name
from phoneward.vaultplace import RemoteKind, RemotePlace

KINDS = (101, 102, 103, 104, 105, 201, 2, 0)
NAME = FileId("ab" * 32)
CONTENT = bytes(range(256)) * 300
PLACE = RemotePlace(RemoteKind.SFTP, "host:/v")


class Session:
    """Stands where `SftpSession` does; its server says the fuzzed bytes."""

    block = 32 * 1024
    extensions = {packets.FSYNC: b"1", packets.HARDLINK: b"1", packets.STATVFS: b"2"}  # noqa: RUF012 - never changed
    alive = True

    def __init__(self, says: bytes) -> None:
        self._says = says

    def ask(self, kind: int, *parts: bytes | memoryview) -> packets.Answer:
        _demand(0 < kind < 256 and sum(map(len, parts)) < 256 * 1024, "a request that cannot be")
        answer = packets.Answer()
        head, body = self._says[:3], self._says[3:]
        if len(head) < 3 or not self.alive:
            answer.settle(0, b"", packets.SessionLostError("lost"))
            return answer
        length = int.from_bytes(head[1:])
        answer.settle(KINDS[head[0] % len(KINDS)], body[:length])
        self._says = body[length:]
        return answer

    def end(self) -> None:
        self.alive = False


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def _storage(says: bytes) -> SftpStorage:
    storage = SftpStorage(PLACE)
    storage._sessions.append(Session(says))  # type: ignore[arg-type]  # noqa: SLF001 - its server is the fuzzer
    return storage


def listed(data: bytes) -> None:
    """Names are names of a vault, sizes are sizes."""
    for kind in (FileType.INDEX, FileType.PACK):
        for file in _storage(data).list(kind):
            _demand(parse_name(file.name) and 0 <= file.size < 2**64, "no file")


def loaded(data: bytes) -> None:
    """A part is as long as was asked for."""
    storage = _storage(data)
    _demand(len(storage.load(FileType.PACK, NAME, 5, 70_000)) == 70_000, "another length")


def loaded_whole(data: bytes) -> None:
    """There is never more than came."""
    _demand(len(_storage(data).load(FileType.KEY, NAME)) <= len(data), "more than came")


def stored(data: bytes) -> None:
    """Storing ends, whatever the server says."""
    _storage(data).save(FileType.PACK, NAME, [CONTENT[:100], CONTENT[100:]])


def held(data: bytes) -> None:
    """Equal is only what came whole."""
    _demand(not _storage(data).holds(FileType.PACK, NAME, [CONTENT]) or len(CONTENT) <= len(data), "equal to nothing")


def others(data: bytes) -> None:
    """Room and leftovers are numbers."""
    storage = _storage(data)
    room = storage.free_space()
    _demand(room is None or room.free >= 0, "no room")
    _demand(storage.remove_leftovers(60) >= 0, "no number")


def words(data: bytes) -> None:
    """Every way to take an answer apart ends in what it promises or in an error."""
    for ask in ("status", "handle", "data", "attributes", "names", "file_system", "version", "succeeded"):
        answer = packets.Answer()
        answer.settle(data[0] if data else 0, data[1:])
        try:
            getattr(answer, ask)()
        except (packets.StatusError, packets.WrongPacketError):
            continue


TARGETS = (listed, loaded, loaded_whole, stored, held, others, words)


def one_input(data: bytes) -> None:
    """Give the bytes to one question; an error of our family is the expected answer to nonsense."""
    try:
        TARGETS[data[0] % len(TARGETS) if data else 0](data[1:])
    except PhonewardError:
        return


def main() -> None:
    """Run under libFuzzer's usual arguments."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
