"""Every place where something is flushed, by what it flushes, and a recording in which one of them is missing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from tests.faults.disk import PowerCuts, State
from tests.faults.promises import BrokenPromiseError, Judge
from tests.faults.scenarios import Recording
from tests.vault.storage.recorder import Change

_PLACES = {"data": "pack", "index": "index", "snapshots": "snapshot", "keys": "key", "locks": "lock"}


def places(changes: Sequence[Change]) -> list[str]:
    """Name, for each change, the flush that it is: such as `content of pack`, `name of index`; "" for other changes."""
    named, last = [], dict[str, str]()
    for change in changes:
        folder = change.path.rpartition("/")[0] or "."
        if change.verb in {"make_dir", "rename", "unlink"}:
            last[folder] = change.verb
        if change.verb in {"flush", "full_flush"}:
            named.append(f"content of {_kind(change.path)}")
        elif change.verb == "flush_dir":
            named.append(_name_flush(change.path, last.get(change.path, "make_dir")))
        else:
            named.append("")
    return named


def _kind(path: str) -> str:
    parts = path.split("/")
    return _PLACES[parts[1]] if len(parts) > 2 else "config"


def _name_flush(folder: str, verb: str) -> str:
    if verb == "make_dir":
        return {".": "folder of the vault", "vault": "folders in the vault"}.get(folder, "folders of packs")
    return f"{'name' if verb == 'rename' else 'removal'} of {_kind(folder + '/x')}"


def without(recording: Recording, place: str) -> Recording:
    """Return the recording as it were had the code no flush at this place."""
    kept = (c for c, name in zip(recording.changes, places(recording.changes), strict=True) if name != place)
    return replace(recording, changes=tuple(kept))


def what_breaks(recording: Recording) -> str:
    """Return the first promise that a power cut breaks, "" where none does."""
    judge = Judge(recording.promise, recording.later, recording.journals)
    for state in _telling_first(recording):
        try:
            judge.check(state)
        except BrokenPromiseError as error:
            return str(error)
    return ""


def _telling_first(recording: Recording) -> Iterator[State]:
    """All states; those in which all was promised come first, since most faults show there."""
    yield from PowerCuts(recording.start, recording.changes).last_states()
    yield from PowerCuts(recording.start, recording.changes).states()


def all_places(recordings: Iterable[Recording]) -> dict[str, int]:
    """Return how often each place is flushed in these recordings."""
    counts: dict[str, int] = {}
    for recording in recordings:
        for place in places(recording.changes):
            if place:
                counts[place] = counts.get(place, 0) + 1
    return counts
