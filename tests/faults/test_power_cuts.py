"""The power goes at any point of any work: every state that the disk may be left in keeps every promise.

The model of the disk stands in `disk.py` and docs/faults.md. Our own check looks at every state; real restic at a
sample here and at all of them in `python -m tests.faults.campaign power`.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.disk import Image, PowerCuts, variants
from tests.faults.promises import Judge, restic_agrees, small_constants
from tests.faults.scenarios import SCENARIOS
from tests.vault.storage.recorder import Change

RESTIC_LOOKS_AT = 6
"""States of each scenario."""


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENARIOS)
def test_every_state_keeps_every_promise(tmp_path: Path, figure: Callable[[str], None], name: str) -> None:
    with small_constants():
        recording = SCENARIOS[name](tmp_path)
        cuts = PowerCuts(recording.start, recording.changes)
        judge = Judge(recording.promise, recording.later, recording.journals)
        states: set[Image] = set()
        for state in PowerCuts(recording.start, recording.changes).last_states():
            judge.check(state)  # most faults show where all was promised: found first, found soon
        for state in cuts.states():
            states.add(state.image)
            judge.check(state)
    sample = spread(list(judge.vaults), RESTIC_LOOKS_AT)
    for image in sample:
        restic_agrees(image, recording.promise, judge.vaults[image])
    figure(
        f"power cut in {name}: {cuts.points} points, {cuts.allowed} states, {len(states)} different ones, all looked at"
        f" ({cuts.sampled_points} points sampled), {len(judge.vaults)} vaults checked and gone on with,"
        f" restic looked at {len(sample)}"
    )
    assert cuts.points > 10
    assert len(states) > 5


def spread(images: list[Image], count: int) -> list[Image]:
    """Return some, the same of the same list: the last, and others evenly before it."""
    step = max(1, len(images) // count)
    return images[::-1][::step][:count]


# -- the model itself: what POSIX's fsync(2) and rename(2) promise, and nothing more ---------------------------------

NEW = [Change("create_file", "d/x.tmp"), Change("write", "d/x.tmp", data=b"abcd")]
FLUSHED = [*NEW, Change("flush", "d/x.tmp")]
NAMED = [*FLUSHED, Change("rename", "d/x.tmp", "d/x")]
DONE = [*NAMED, Change("flush_dir", "d")]
TORN = [b"", b"ab", b"\0\0\0\0", b"\0\0cd", b"abcd"]


def after(changes: list[Change]) -> set[frozenset[tuple[str, bytes]]]:
    """What the disk may hold when the power goes after the last of these changes."""
    cuts = PowerCuts(Image(frozenset(), frozenset({"d"})), changes)
    return {state.image.files for state in cuts.last_states()}


def elsewhere(changes: list[Change], old: str, new: str) -> list[Change]:
    return [c._replace(path=c.path.replace(old, new), target=c.target.replace(old, new)) for c in changes]


def holding(*files: tuple[str, bytes]) -> frozenset[tuple[str, bytes]]:
    return frozenset(files)


def test_what_is_not_flushed_may_be_anything_of_it() -> None:
    assert variants(b"", b"abcd") == TORN
    assert after(NEW) == {holding(), *(holding(("d/x.tmp", torn)) for torn in TORN)}


def test_a_name_may_come_without_its_content() -> None:
    assert {holding(("d/x", torn)) for torn in TORN} <= after([*NEW, Change("rename", "d/x.tmp", "d/x")])


def test_flushed_content_comes_whole_under_either_name_or_none() -> None:
    assert after(NAMED) == {holding(), holding(("d/x.tmp", b"abcd")), holding(("d/x", b"abcd"))}


def test_what_is_done_is_there() -> None:
    assert after(DONE) == {holding(("d/x", b"abcd"))}


def test_a_removal_is_for_good_once_the_folder_is_flushed() -> None:
    gone = [*DONE, Change("unlink", "d/x")]
    assert after(gone) == {holding(), holding(("d/x", b"abcd"))}
    assert after([*gone, Change("flush_dir", "d")]) == {holding()}


def test_a_lost_folder_takes_what_is_in_it() -> None:
    inside = [Change("make_dir", "e"), *elsewhere(NAMED, "d/", "e/")]
    flushed = [*inside, Change("flush_dir", "e")]
    assert after(flushed) == {holding(), holding(("e/x", b"abcd"))}
    assert after([*flushed, Change("flush_dir", ".")]) == {holding(("e/x", b"abcd"))}


def test_folders_are_reordered_among_each_other() -> None:
    both = [*NAMED, *elsewhere(NAMED, "x", "y")]
    names = {tuple(sorted(name for name, _content in files)) for files in after(both)}
    assert ("d/y",) in names, "the later without the earlier"
    assert ("d/x",) in names
    assert () in names


@pytest.mark.parametrize("count", [3, 40])
def test_every_point_is_covered_by_the_states_that_are_written_out(count: int) -> None:
    """Writing out the states before a flush only leaves none away: compared with those of every single point."""
    changes = [
        change
        for number in range(count)
        for change in (Change("create_file", f"d/{number}"), Change("write", f"d/{number}", data=b"z"))
    ]
    start = Image(frozenset(), frozenset({"d"}))
    written = {state.image for state in PowerCuts(start, changes[:6]).states()}
    single = {state.image for end in range(7) for state in PowerCuts(start, changes[:end]).last_states()}
    assert written == single
    many = PowerCuts(start, changes)
    images = {state.image for state in many.last_states()}
    assert bool(many.sampled_points) == (count == 40)
    assert {len(image.files) for image in images} >= {0, 1, count - 1, count}
