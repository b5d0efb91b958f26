"""Reads an export of a password manager, whichever it is, and says which accounts it shows.

An entry says that an account exists, not that a phone number hangs on it; that it says only where the user name is a
number. Whatever else an entry holds is not looked at, and no error names what stands in a file.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from phoneward.errors import readable
from phoneward.numbers.inventory import Evidence, LookedAt, NotLookedAt, SourceKind, What
from phoneward.numbers.recognition import Relation
from phoneward.numbers.rulebook import Rulebook, System
from phoneward.numbers.sources.errors import KeePassDatabaseError, PasswordsFileError, UnknownPasswordsFileError
from phoneward.numbers.sources.gathering import Gathered, Gathering
from phoneward.numbers.sources.passwords import bitwarden, keepass, onepassword, tables
from phoneward.numbers.sources.passwords.entry import Entry, app_of, host_of, phone_of, site_of
from phoneward.numbers.sources.passwords.zipped import member
from phoneward.texts import words

MAX_FILE: Final = 64 << 20
"""Bytes of a file that is read into memory. Ten thousand entries take 10 MB."""
MAX_XML: Final = 2 << 30
"""Bytes of a file that is read piece by piece; pictures and files can stand in it."""
_HEAD: Final = 4_096
_KDBX: Final = b"\x03\xd9\xa2\x9a"
"""The first signature of a KeePass database (keepassxc, format/KeePass2.h: 0x9AA2D903)."""
_ZIP: Final = b"PK\x03\x04"
_DASHLANE: Final = "credentials.csv"
_SPACE: Final = b" \t\r\n\xef\xbb\xbf\x00\xff\xfe"


def read_passwords(path: Path, rulebook: Rulebook) -> Gathered:
    """Return which accounts an export shows: all of it, or nothing where it is not whole.

    Args:
        path: the file. Its kind is told by its content.
        rulebook: says which system a page or an app belongs to.

    Raises:
        PasswordsFileError: it is damaged, cut short or too large.
        UnknownPasswordsFileError, EncryptedExportError, KeePassDatabaseError: it is nothing that can be read.
        OSError: it cannot be read.
    """
    name = readable(path.name)
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        stream.seek(0)
        if head.startswith(_KDBX):
            raise KeePassDatabaseError(name=name)
        try:
            found = _kind(path, stream, head, name)
            if found is None:
                raise UnknownPasswordsFileError(name=name)
            return _gathered(*found, name, rulebook)
        # RecursionError: lists within lists. The sentence bears nothing of the error: that could name a password.
        except (ValueError, RecursionError):
            detail = words("it is damaged, was cut short, or is too large")
            raise PasswordsFileError(name=name, detail=detail) from None


def _kind(path: Path, stream: IO[bytes], head: bytes, name: str) -> tuple[str, Iterator[Entry]] | None:
    """Return what kind of file it is, and its entries; None where it is none that is known."""
    if head.startswith(_ZIP):
        return _archive(path)
    start = head.lstrip(_SPACE)
    if start.startswith(b"<"):
        if b"<KeePassFile" not in head.replace(b"\0", b""):
            return None
        _bounded(stream, MAX_XML)
        return "keepass-xml", keepass.entries(stream)
    data = _whole(stream)
    if start.startswith(b"{"):
        if data.startswith(tables.MARKS):
            data = tables.decoded(data).encode()
        if b'"items"' not in data and b'"encrypted"' not in data:
            return None
        return "bitwarden-json", bitwarden.entries(data, name)
    return _table(data)


def _archive(path: Path) -> tuple[str, Iterator[Entry]] | None:
    found = member(path, (onepassword.MEMBER, _DASHLANE), MAX_FILE)
    if found is None:
        return None
    name, data = found
    if name == onepassword.MEMBER:
        return "1password-1pux", onepassword.entries(data)
    table = _table(data)
    return None if table is None else ("dashlane-zip", table[1])


def _table(data: bytes) -> tuple[str, Iterator[Entry]] | None:
    text = tables.decoded(data)
    found = tables.table_of(text)
    if found is None:
        return None
    table, delimiter = found
    return table.kind, tables.entries(text, table, delimiter)


def _whole(stream: IO[bytes]) -> bytes:
    data = stream.read(MAX_FILE + 1)
    if len(data) > MAX_FILE:
        raise ValueError("too large")
    return data


def _bounded(stream: IO[bytes], limit: int) -> None:
    if stream.seek(0, 2) > limit:
        raise ValueError("too large")
    stream.seek(0)


def _gathered(kind: str, entries: Iterator[Entry], name: str, rulebook: Rulebook) -> Gathered:
    gathering = Gathering()
    number = unplaced = 0
    for number, entry in enumerate(entries, 1):
        if not _place(gathering, entry, f"{name}#{number}", rulebook):
            unplaced += 1
    missed = [
        NotLookedAt(source=SourceKind.PASSWORDS, reason=reason, name=name, count=count)
        for reason, count in (("no-service", unplaced), ("too-many", gathering.left_out))
        if count
    ]
    accounts = gathering.accounts()
    times = [one.time for account in accounts for one in account.evidence if one.time is not None]
    looked = LookedAt(
        source=SourceKind.PASSWORDS,
        name=name,
        items=number,
        first=min(times, default=None),
        last=max(times, default=None),
        kind=kind,
    )
    return Gathered(looked_at=(looked,), phone=name, accounts=accounts, missed=tuple(missed))


def _place(gathering: Gathering, entry: Entry, ref: str, rulebook: Rulebook) -> bool:
    """Put an entry to its account; False where it names no service."""
    phone = next((phone for user in entry.users if (phone := phone_of(user)) is not None), None)
    evidence = Evidence(
        source=SourceKind.PASSWORDS,
        what=What.ENTRY,
        ref=ref,
        time=entry.time,
        number=phone,
        grade=Relation.WEAK if phone is None else Relation.ACCOUNT,
    )
    named: dict[str, tuple[str | None, str]] = {}
    for page in entry.pages:
        app, host = app_of(page), host_of(page)
        system = _system(rulebook, app, host)
        if system is not None:
            named[system.id] = system.id, rulebook.name(system, "en")
        elif host is not None:
            site = site_of(host)
            named.setdefault("~" + site, (None, site))
    if any(system is not None for system, _service in named.values()):
        named = {key: one for key, one in named.items() if one[0] is not None}
    if not named and (system := rulebook.by_alias(entry.title)) is not None:
        named[system.id] = system.id, rulebook.name(system, "en")
    for system_id, service in named.values():
        gathering.add(system_id, service, evidence)
    return bool(named)


def _system(rulebook: Rulebook, app: str | None, host: str | None) -> System | None:
    if app is not None:
        return rulebook.by_package(app)
    return None if host is None else rulebook.by_domain(host)
