"""Made-up phones on which something was lost, in a real vault and in folders."""

import dataclasses
import datetime as dt
import hashlib
import os
from pathlib import Path

from phoneward.incidents import Incident
from phoneward.rescue import Asked, Remnant, Search, SearchResult, Source
from phoneward.snapshots import list_snapshots
from phoneward.vault import Repository
from tests.snapshots.catalogue.histories import File

NOW = dt.datetime(2023, 12, 20, 12, 0, tzinfo=dt.UTC)
"""36 days after the first snapshot."""
CHATS = "shared/Android/data/com.tencent.mm/MicroMsg/ab/image2"


def content(name: str, length: int = 100) -> File:
    """Return a file of which no other has the content."""
    return File((hashlib.sha256(name.encode()).digest() * (length // 32 + 1))[:length])


def trashed(days: float, name: str) -> str:
    """Return the name of a file in the trash that expires so many days from now."""
    return f".trashed-{round((NOW + dt.timedelta(days=days)).timestamp())}-{name}"


def asked(incident: Incident = Incident.DELETED, app: str = "", when: dt.date | None = None) -> Asked:
    """Return what is looked for."""
    return Asked(incident, NOW, app, when)


def search(repo: Repository, what: Asked | None = None) -> SearchResult:
    """Look through a vault; where else to look is left out."""
    looking = Search(what or asked())
    looking.in_vault(repo, list_snapshots(repo))
    return without_hints(looking.result())


def without_hints(result: SearchResult) -> SearchResult:
    """Return what was found, without where else to look."""
    found = [one for one in result.remnants if one.source not in {Source.CLOUD, Source.OTHER_DEVICE}]
    return dataclasses.replace(result, remnants=tuple(found))


def of_source(result: SearchResult, source: Source) -> list[Remnant]:
    """Return what one source found."""
    return [one for one in result.remnants if one.source is source]


def parts_of(remnant: Remnant) -> dict[str, bytes]:
    """Return the files of a remnant, read."""
    if remnant.open is not None:
        with remnant.open() as stream:
            return {remnant.where: stream.read()}
    assert remnant.parts is not None
    found = {}
    for part in remnant.parts():
        with part.open() as stream:
            found[part.name] = stream.read()
    return found


def state_of(folder: Path) -> dict[str, tuple[int, int, int, str]]:
    """Return all that a look might change: names, times, sizes, contents."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = os.lstat(path)
        digest = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path.relative_to(folder))] = status.st_mtime_ns, status.st_ctime_ns, status.st_size, digest
    return found
