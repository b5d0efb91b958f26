"""What is remembered may be garbled in any way."""

import datetime as dt
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.setup import Journey, Source
from phoneward.setup.memory import MAX_VAULTS, NAME, Memory, Remembered
from phoneward.setup.steps import Step

NOW = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)


def test_it_comes_back_the_last_one_first(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "state")
    assert memory.last_place() is None
    one = Remembered("/a", device="d", phone="小米", kit="/k.html", kit_written=NOW, snapshot="ab", debugging_off=NOW)
    memory.keep(one)
    memory.keep(Remembered("/b"))
    assert memory.last_place() == Path("/b")
    assert memory.of(Path("/a")) == one
    assert memory.of(Path("/c")) == Remembered("/c")
    for number in range(MAX_VAULTS + 5):
        memory.keep(Remembered(f"/{number}"))
    assert memory.of(Path("/a")) == Remembered("/a")
    assert len(json.loads((tmp_path / "state" / NAME).read_text())["vaults"]) == MAX_VAULTS
    assert [path.name for path in (tmp_path / "state").iterdir()] == [NAME]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    Memory(tmp_path / "state").keep(Remembered("/a"))
    assert stat.S_IMODE((tmp_path / "state" / NAME).stat().st_mode) == 0o600


def test_a_state_folder_that_cannot_be_written_to_is_no_harm(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    Memory(tmp_path / "state").keep(Remembered("/a"))
    assert Memory(tmp_path / "state").last_place() is None


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=10,
)
fields = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from(["/a", "/tmp", "x", "", "a" * 64, "2026-11-28T00:00:00Z", "9999-12-31T23:59:59Z", "\0"])
        | json_values
        for name in ("place", "device", "phone", "serial", "kit", "kit_written", "snapshot", "proof", "debugging_off")
    },
)


@given(st.binary(max_size=300) | st.builds(lambda v: json.dumps({"vaults": v}).encode(), st.lists(fields, max_size=3)))
def test_anything_in_its_place_is_no_harm(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    state = tmp_path_factory.getbasetemp() / "garbled"
    state.mkdir(exist_ok=True)
    (state / NAME).write_bytes(data)
    journey = Journey(state, Source(folder=state))
    progress = journey.progress(journey.look_at_phone())
    assert [view.step for view in progress.steps] == list(Step)
    for view in progress.steps:
        assert all(map(str, view.sentences))
        if view.step not in {Step.PHONE, Step.PLACE, Step.DEBUGGING}:
            assert not view.is_done, "nothing is believed that is not there"
    journey.choose_place(state.parent / "vault")
    assert Memory(state).last_place() == state.parent / "vault"


@pytest.mark.parametrize("change", [{"place": 5}, {"kit_written": "soon"}, {"unknown": 1}])
def test_another_versions_file(change: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(json.dumps({"vaults": [{"place": "/a", **change}], "format": 99}))
    assert Memory(tmp_path).last_place() in {None, Path("/a")}


@pytest.mark.parametrize(
    "data",
    [
        b'{"vaults": [{"place": "/a", "kit_written": "9999-12-31T23:59:59Z"}]}',  # no time zone east of UTC can show it
        b'{"vaults": [{"place": "/a", "debugging_off": "2026-11-28T00:00:00"}]}',
        b'{"vaults": [{"place": "/a\xff"}]}',
        b'{"vaults": [{"place": "a"}]}',
        b'{"vaults": [{"place": "/a\\u001b[2J"}]}',
        b"[" * 100_000,
    ],
)
def test_what_we_never_wrote_is_not_believed(data: bytes, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(data)
    assert Memory(tmp_path).last_place() is None


def test_a_file_that_is_far_too_long_is_not_read(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('{"vaults": [{"place": "/a"}]}' + " " * (1 << 20))
    assert Memory(tmp_path).last_place() is None
