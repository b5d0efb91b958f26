"""The check after an install: a loss is seen, and what cannot be seen is not called fine."""

import pytest

from phoneward.snapshots import StillThere
from phoneward.updates.installing.afterwards import Aftermath, Data, changed_since, look
from tests.updates.installing.facts import state

BEFORE = {0: state()}
NEW = state(version_code=8, code_path=b"/data/app/new", last_updated_ns=3 * 10**18)
OURS = (b"1" * 32, b"2" * 32)


def found(now: object, installed: tuple[bytes | None, ...] = OURS, files: StillThere | None = None) -> Aftermath:
    states = {} if now is None else {0: now}
    return look(BEFORE, states, OURS, installed, files or StillThere(3, 3))  # type: ignore[arg-type]


def test_the_same_installation_with_all_its_files_is_kept() -> None:
    assert found(NEW).is_fine
    assert found(NEW, OURS[::-1]).is_fine, "in whatever order the phone tells them"
    assert found(NEW, files=StillThere()).is_fine, "an app may have no file that a computer can see"
    assert found(NEW, files=StillThere(3, 2, resized=1)).is_fine, "apps work with their files"


@pytest.mark.parametrize(
    "now",
    [
        None,
        state(version_code=8, first_installed_ns=10**18 + 1),
        state(version_code=8, uid=10126),
    ],
)
def test_an_app_that_was_removed_in_between_lost_its_data(now: object) -> None:
    assert found(now).data is Data.LOST


def test_all_files_gone_is_a_loss_though_the_phone_calls_it_the_same_installation() -> None:
    assert found(NEW, files=StillThere(3, gone=3)).data is Data.LOST


@pytest.mark.parametrize(
    ("now", "files"),
    [
        (NEW, StillThere(3, 2, gone=1, named_gone=[b"/shared/x"])),
        (NEW, StillThere(3, 2, not_seen=1)),
        (state(version_code=8, first_installed_ns=None), StillThere(3, 3)),
    ],
)
def test_what_could_not_be_seen_is_not_called_fine(now: object, files: StillThere) -> None:
    seen = found(now, files=files)
    assert seen.data is Data.UNSURE
    assert not seen.is_fine


def test_a_twin_that_was_wiped_is_a_loss() -> None:
    before = {0: state(), 999: state(user_id=999, uid=99910125)}
    seen = look(before, {0: NEW}, OURS, OURS, StillThere())
    assert seen.data is Data.LOST


def test_other_bytes_than_the_judged_ones_are_said() -> None:
    other = found(NEW, (b"1" * 32, b"3" * 32))
    assert (other.data, other.is_judged, other.is_fine) == (Data.KEPT, False, False)
    assert any("not the file that was judged" in str(sentence) for sentence in other.sentences)
    assert found(NEW, (b"1" * 32, None)).is_judged is None
    assert found(NEW, ()).is_judged is None
    assert found(NEW, OURS[:1]).is_judged is False


@pytest.mark.parametrize(
    "changes",
    [
        {"version_code": 8},
        {"splits": ()},
        {"revision_codes": {"": 1}},
        {"signer_hashes": (1, 3)},
        {"signer_hashes": None},
        {"first_installed_ns": 1},
        {"uid": 1},
        {"code_path": b"/data/app/other"},
        {"last_updated_ns": 1},
    ],
)
def test_any_change_before_the_commit_is_seen(changes: dict[str, object]) -> None:
    assert changed_since(BEFORE, BEFORE) is None
    assert changed_since(BEFORE, {0: state(**changes)}) is not None
    assert changed_since(BEFORE, {}) is not None
    assert changed_since(BEFORE, {0: state(), 10: state()}) is not None
