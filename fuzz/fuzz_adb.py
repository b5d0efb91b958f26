"""Fuzz target: what a phone and the adb server say: the three wire protocols, and every text that is parsed.

The first byte chooses the parser. Seeds in `fuzz/seeds/adb/` follow the recorded shapes in `tests/phones/`; the
binary ones are answers laid out as in AOSP file_sync_protocol.h and shell_protocol.h.
"""

import socket
import sys
from collections.abc import Callable, Iterable, Iterator

import atheris

with atheris.instrument_imports(include=["phoneward.phones"]):
    from phoneward.phones.adb import facts, pm, server, shell, stats, storage, sync
    from phoneward.phones.adb.devices import check_state, parse_devices, refuse_unencrypted
    from phoneward.phones.adb.pull import Pull
    from phoneward.phones.adb.resume import RestOfFile
    from phoneward.phones.adb.rows import RowWalk
    from phoneward.phones.adb.smallfiles import SmallFiles
    from phoneward.phones.adb.walk import SyncWalk
    from phoneward.phones.adb.wire import Channel

from phoneward.errors import PhonewardError
from phoneward.phones.base import Entry, FileKind
from phoneward.phones.bulk import FolderRows
from phoneward.phones.numbers import EARLIEST_NS, LATEST_NS, MAX_SIZE
from phoneward.phones.paths import is_below, is_clean

WORD = b"WORD"
MAX_PIECES = 200


class Phone:
    """Says the fuzzed bytes on every connection and hangs up."""

    lstat_word = sync.LSTAT_V2

    def __init__(self, says: bytes) -> None:
        self._says = says
        self.shell = shell.Shell(self, protocol=True)

    def open_service(self, service: bytes) -> Channel:
        del service
        ours, theirs = socket.socketpair()
        with theirs:
            theirs.send(self._says[:32768])
        return Channel(ours, 1.0)

    def open_sync(self) -> Channel:
        return self.open_service(b"sync:")


def _demand(holds: object, what: str) -> None:
    if not holds:
        raise AssertionError(what)


def read_files(data: bytes) -> None:
    """Whatever is read comes in pieces of at most 1 MiB, one stream for each path."""
    paths = [b"/a", b"/b", b"not clean/", b"/c"]
    for stream, path in zip(Pull(Phone(data), paths).streams(), paths, strict=False):
        _demand(stream.path == path, "streams out of order")
        try:
            for piece in stream:
                _demand(0 < len(piece) <= 1 << 20, "a piece of a wrong size")
        except PhonewardError:
            continue


def read_rest(data: bytes) -> None:
    """The rest of a file is in pieces of at most 1 MiB, and never more than came."""
    for offset in (1, 1 << 20, MAX_SIZE):
        total = 0
        try:
            for piece in RestOfFile(Phone(data), b"/a", offset):
                _demand(0 < len(piece) <= 1 << 20, "a piece of a wrong size")
                total += len(piece)
        except PhonewardError:
            continue
        finally:
            _demand(total <= len(data), "more than came")


def _demand_numbers(item: object) -> None:
    if isinstance(item, Entry):
        _demand(0 <= item.size <= MAX_SIZE and 0 <= item.mode <= 0o7777, "a size or mode that cannot be")
        for moment in (item.mtime_ns, item.ctime_ns or 0):
            _demand(EARLIEST_NS <= moment <= LATEST_NS, "a time that cannot be kept")


def list_folder(data: bytes) -> None:
    """Names stay below the root and are clean; numbers are within 64 bits."""
    for version in (sync.LIST_V1, sync.LIST_V2):
        for count, item in enumerate(SyncWalk(Phone(data), version, by_find=True).items(b"/root")):
            _demand(item.path == b"/root" or (is_clean(item.path) and is_below(item.path, b"/root")), "a path outside")
            _demand_numbers(item)
            if count > MAX_PIECES:
                break


def run_shell(data: bytes) -> None:
    """Output is bounded, an exit code is one byte."""
    done = Phone(data).shell.run(b"x", limit=10_000)
    _demand(len(done.stdout) <= 10_000 and 0 <= done.code <= 255, "more than was allowed")


def ask_server(data: bytes) -> None:
    """An answer is as long as it says."""
    channel = Phone(data).open_sync()
    try:
        server.send_request(channel, b"host:version")
        channel.take(server.hex_length(channel.take(4)))
    except server.RefusedError:
        return
    finally:
        channel.close()


def parse_apps(data: bytes) -> None:
    """Names of apps are names of apps, paths are clean."""
    for app in pm.parse_listing(data, 10, with_paths=True):
        _demand(pm.is_package(app.package) and (app.apk is None or is_clean(app.apk)), "no app")
    details = pm.parse_details(b"Packages:\n" + data)
    for about in details.values():
        about.uid(10)
        _demand(0 <= (about.version_code() or 0) <= MAX_SIZE, "a version that cannot be")
        pm.parse_splits(about.get("splits", 0))
        moment = pm.parse_local_time(about.get("firstInstallTime", 10), pm.time_zone("", "+0100"))
        _demand(0 <= (moment or 0) <= LATEST_NS, "an installation that cannot be")
    _demand(all(app.apk is None or is_clean(app.apk) for app in pm.listed_by_details(details, 10)), "a bad path")
    pm.parse_sizes(data)


def parse_facts(data: bytes) -> None:
    """Labels are one word, phones have states."""
    _demand(" " not in facts.identity(facts.parse_properties(data), "x").label, "a label of two words")
    storage.parse_users(data)
    storage.parse_used(data)
    _demand(all(b"/" not in name for name in storage.parse_cards(data)), "a card elsewhere")
    for device in parse_devices(data):
        refuse_unencrypted(device.serial, allow_unencrypted=True)
        try:
            check_state(device)
        except PhonewardError:
            continue
    _demand(0 <= facts.parse_now(data) <= LATEST_NS, "a clock that cannot be")


def parse_shell_text(data: bytes) -> None:
    """A description is of the path that was asked for."""
    fields = stats.split_record(data, WORD)
    entry = stats.entry_of_record(fields, b"/a") if fields else None
    _demand_numbers(entry)
    _demand(entry is None or (entry.path == b"/a" and entry.size >= 0), "another path")
    shell.parse_old_answer(data, WORD)


class BulkPhone(Phone):
    """Takes every path for a folder, so that it is walked, and for a link without a target."""

    def stat(self, paths: Iterable[bytes]) -> Iterator[Entry]:
        for path in paths:
            yield Entry(path, FileKind.DIRECTORY, 0, 0o755, 0, 0)


def list_rows(data: bytes) -> None:
    """Names of rows are plain names, folders stay below the root; numbers are within 64 bits."""
    for count, found in enumerate(RowWalk(BulkPhone(data)).rows(b"/root")):
        if isinstance(found, FolderRows):
            path = found.path
            _demand(path == b"/root" or (is_clean(path) and is_below(path, b"/root")), "a folder outside")
            for name, kind, size, mode, mtime_ns, ctime_ns, _target in found.rows:
                _demand(name not in {b"", b".", b".."} and not set(name) & set(b"/\0"), "no name")
                _demand(kind in {0, 1}, "no file and no folder")
                _demand_numbers(Entry(name, FileKind.FILE, size, mode, mtime_ns, ctime_ns))
        else:
            for item in found:
                _demand(is_clean(item.path), "a path outside")
                _demand_numbers(item)
        if count > MAX_PIECES:
            break


def read_small(data: bytes) -> None:
    """Every path is answered once, in order, with no more than was allowed."""
    paths = [b"/a", b"/b", b"not clean/", b"/c"]
    answered = []
    try:
        for files in SmallFiles(Phone(data), paths, 100).batches():
            for path, content in files:
                answered.append(path)
                _demand(len(content or b"") <= 100, "more than was allowed")
    finally:
        _demand(answered == paths[: len(answered)], "files out of order")


def parse_plain_records(data: bytes) -> None:
    """The quick way to read a description agrees with the long one."""
    for path in (b"/a", b"/a|b"):
        record = data.replace(b"/", path)
        quick = stats.plain_entries([record], [path], WORD)
        if quick is not None:
            fields = stats.split_record(record, WORD)
            _demand(fields is not None and quick == [stats.entry_of_record(fields, path)], "another description")


TARGETS: Iterable[Callable[[bytes], None]] = (
    read_files,
    list_folder,
    run_shell,
    ask_server,
    parse_apps,
    parse_facts,
    parse_shell_text,
    read_rest,
    list_rows,
    read_small,
    parse_plain_records,
)


def one_input(data: bytes) -> None:
    """Give the bytes to one parser; an error of our family is the expected answer to nonsense."""
    targets = tuple(TARGETS)
    try:
        targets[data[0] % len(targets) if data else 0](data[1:])
    except PhonewardError:
        return


def main() -> None:
    """Run under libFuzzer's usual arguments."""
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
