"""What is remembered of test pictures: never half, never forgotten while one may lie on a phone."""

import datetime as dt
from pathlib import Path

import pytest

from phoneward.watch.canary.notes import CanaryNotes, CanaryNotesError, NotedCanary

_NOW = dt.datetime(2026, 11, 29, 12, tzinfo=dt.UTC)


def _note(number: int, *, device: str = "phone", gone: dt.datetime | None = None) -> NotedCanary:
    return NotedCanary(
        number=number,
        made=_NOW,
        device=device,
        device_label="A phone",
        path=f"/storage/emulated/0/Pictures/{number}.png",
        size=5,
        sha256="0" * 64,
        gone=gone,
    )


def test_what_may_still_lie_on_a_phone_is_told_by_phone(tmp_path: Path) -> None:
    """Two phones, one picture each, one file of this computer: each phone is told of its own, until it is gone."""
    notes = CanaryNotes(tmp_path / "state")
    for note in (_note(1), _note(2, device="other"), _note(3, device="")):
        notes.add(note)
    assert [one.number for one in notes.left()] == [1, 2]
    assert [one.number for one in notes.left("phone")] == [1]
    notes.mark_gone(1, _NOW)
    assert notes.left("phone") == ()
    assert notes.numbers() == {1, 2, 3}


def test_a_thousand_rounds_later_one_that_is_left_is_still_known(tmp_path: Path) -> None:
    """The list is bounded by forgetting what is gone, never what may be there."""
    notes = CanaryNotes(tmp_path)
    notes.add(_note(0))
    whole = notes.path.read_bytes()
    gone = b",".join(
        b'{"number":%d' % number + whole[whole.index(b',"made"') : -3] + b',"gone":"2026-11-29T13:00:00Z"}'
        for number in range(1, 1_200)
    )
    notes.path.write_bytes(whole[:-2] + b"," + gone + b"]}")
    notes.add(_note(1_200))
    assert [one.number for one in notes.left()] == [0, 1_200]
    assert len(notes.all()) < 1_010


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"\xff", b'{"version":2,"canaries":[]}', b'{"version":1,"canaries":[{"number":-1}]}']
)
def test_damaged_notes_are_an_error_and_are_kept(content: bytes, tmp_path: Path) -> None:
    """Nothing is written over notes that cannot be read: a picture may still lie on a phone."""
    notes = CanaryNotes(tmp_path)
    notes.path.write_bytes(content)
    with pytest.raises(CanaryNotesError):
        notes.add(_note(1))
    assert notes.path.read_bytes() == content
