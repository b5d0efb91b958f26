"""Going back: the version of an app that a snapshot holds, as files to be judged like any other update."""

from phoneward import snapshots
from phoneward.apk import Source
from phoneward.errors import PhonewardError, readable
from phoneward.snapshots.kept_apps import VaultSource
from phoneward.updates.installing.errors import NoSavedAppError
from phoneward.updates.installing.saving import apk_entries
from phoneward.vault import Repository, open_file

_NEWEST = 400
"""Snapshots that are looked through, from the newest on: years of weekly ones."""


def saved_version(
    repo: Repository, device: str, package: str, ref: str | None, installed: int | None
) -> tuple[str, list[Source]]:
    """Return the snapshot that holds the version to go back to, and that version's files, base first.

    Args:
        repo: open, its index loaded.
        device: the phone's id.
        package: the app.
        ref: a snapshot that the person named; None for the newest of this phone with another version than `installed`.
        installed: the version that is on the phone.

    Raises:
        NoSavedAppError: none holds one.
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
    """
    if ref is not None:
        found = snapshots.find(repo, ref).id or ""
        sources = _sources(repo, found, package)
        if not sources:
            raise NoSavedAppError(snapshot=found[:8], package=readable(package))
        return found, sources
    infos = snapshots.list_snapshots(repo, on_damaged=lambda _name, _error: None)
    ours = [info for info in infos if info.device == device and info.of_phone and not info.partial]
    for info in reversed(ours[-_NEWEST:]):
        name = info.snapshot.id or ""
        if _version(repo, name, package) not in {None, installed}:
            sources = _sources(repo, name, package)
            if sources:
                return name, sources
    raise NoSavedAppError(snapshot="latest", package=readable(package))


def _version(repo: Repository, name: str, package: str) -> int | None:
    try:
        coverage = snapshots.coverage_of(repo, name)
    except PhonewardError:  # another program's, or damaged
        return None
    return next((app.version_code for app in coverage.apps if app.package == package), None)


def _sources(repo: Repository, name: str, package: str) -> list[Source]:
    return [
        VaultSource(open_file(repo, entry.node), entry.node.name.decode("ascii", "replace"))
        for entry in apk_entries(repo, name, package)
    ]
