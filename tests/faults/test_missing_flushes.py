"""Each flush is there for something: without it, a power cut breaks a promise. And the few that are for nothing.

A recording from which the flushes of one place are left out is what the same code does with that line deleted. The
lines were deleted for real, too: docs/faults.md lists them and what turned red.
"""

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.faults.flushes import all_places, places, what_breaks, without
from tests.faults.promises import small_constants
from tests.faults.scenarios import SCENARIOS, Recording

NEEDED = {
    "folder of the vault": {"first-backup"},
    "folders in the vault": {"first-backup"},
    "folders of packs": {"first-backup", "backup-without-folders"},
    "content of key": {"first-backup", "keys"},
    "name of key": {"first-backup", "keys"},
    "removal of key": {"keys"},
    "content of config": {"first-backup"},
    "name of config": {"first-backup"},
    "content of lock": {"lock-refresh", "second-backup", "prune"},
    "content of pack": {"first-backup", "second-backup", "prune"},
    "name of pack": {"first-backup", "second-backup", "prune"},
    "content of index": {"first-backup", "second-backup", "prune"},
    "name of index": {"first-backup", "second-backup", "prune"},
    "content of snapshot": {"first-backup", "second-backup"},
    "name of snapshot": {"first-backup", "second-backup"},
    "removal of snapshot": {"forget", "forget-and-prune"},
    "removal of index": {"prune", "forget-and-prune"},
}
"""Where a flush is needed, and some work in which its absence shows."""

FOR_NOTHING = {
    "name of lock": "a power cut ends the owner, too: nobody misses the lock",
    "removal of lock": "a lock that comes back is one of the dead, as after a kill",
    "removal of pack": "a pack that comes back is named by no index; the next prune takes it",
}
"""Flushes that no promise needs, and why. They cost time: a lock four of them a run, prune one for each pack."""

_RECORDED_AGAIN = 4
"""Names are random, and prune goes through the index by name: in one of twelve recordings one order hides a flush."""


@pytest.fixture(scope="module")
def recordings() -> Iterator[Mapping[str, Recording]]:
    with tempfile.TemporaryDirectory() as folder, small_constants():
        yield {name: make(Path(folder) / name) for name, make in SCENARIOS.items()}


def test_every_place_is_judged(recordings: Mapping[str, Recording], figure: Callable[[str], None]) -> None:
    assert set(all_places(recordings.values())) == {*NEEDED, *FOR_NOTHING}
    figure(f"places that are flushed: {len(NEEDED)} of which each turns the suite red where it is missing")


@pytest.mark.parametrize(
    ("place", "name"), [(place, name) for place, names in NEEDED.items() for name in sorted(names)]
)
def test_without_it_a_power_cut_breaks_a_promise(
    recordings: Mapping[str, Recording], place: str, name: str, tmp_path: Path
) -> None:
    recording = recordings[name]
    assert place in places(recording.changes)
    broken = what_breaks(without(recording, place))
    for again in range(_RECORDED_AGAIN):
        if broken:
            break
        with small_constants():
            broken = what_breaks(without(SCENARIOS[name](tmp_path / str(again)), place))
    assert broken, f"nothing in {name} needs the flush of the {place}: find out why it is there"


@pytest.mark.slow
@pytest.mark.parametrize("place", FOR_NOTHING)
def test_without_it_nothing_breaks(recordings: Mapping[str, Recording], place: str) -> None:
    """Keeps the list above honest: should one of them become needed, this says so."""
    for name in ("lock-refresh", "prune", "forget"):
        assert what_breaks(without(recordings[name], place)) == "", name
