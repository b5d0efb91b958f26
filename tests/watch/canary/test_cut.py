"""The cable breaks somewhere in a round: the next run says what is left and takes it away, wherever it was."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from phoneward.phones import NewFile, PhoneGoneError, WritablePhone, Written
from phoneward.watch.canary.round import finish, play
from tests.phone.testphone import TestPhone
from tests.watch.canary.hands import opened


def _left_behind(phone: TestPhone) -> list[str]:
    """Return what lies on the phone, unfinished pieces with hidden names too."""
    return [str(path.relative_to(phone.storage)) for path in phone.storage.rglob("*") if not path.is_dir()]


def test_a_cut_cable_leaves_nothing_that_the_next_run_does_not_mend(phone: TestPhone, tmp_path: Path) -> None:
    """Cut while it is sent, named, listed, looked for or taken away: afterwards the phone is as it was before."""
    up: list[int] = [phone.proxy.status().up]
    with opened(phone, tmp_path) as (hands, tester):
        noting = cast("WritablePhone", _Noting(hands.writer, phone, up))
        play(replace(hands, writer=noting), tester, lambda _there: None)
        size = hands.notes.all()[0].size
    up.append(phone.proxy.status().up)
    begun, written, ended = (place - up[0] for place in up[1:])
    assert written - begun > size
    cuts = 0
    for place in (begun + size // 2, written - 1_200, written - 400, written + 500, (written + ended) // 2):
        with opened(phone, tmp_path) as (hands, tester):
            phone.proxy.cut("up", place)
            try:  # pictures differ in size by some hundred bytes, so a place near an edge may be in the next step
                play(hands, tester, lambda _there: None)
            except PhoneGoneError:
                cuts += 1
        phone.proxy.clear()
        phone.connect()
        with opened(phone, tmp_path) as (hands, _tester):
            finish(hands)
            assert hands.notes.left() == ()
        assert _left_behind(phone) == [], place
    assert cuts >= 4


class _Noting:
    """The writer, and how many bytes had gone to the phone before and after it wrote."""

    def __init__(self, writer: WritablePhone, phone: TestPhone, up: list[int]) -> None:
        self._writer, self._phone, self._up = writer, phone, up

    def __getattr__(self, name: str) -> object:
        return getattr(self._writer, name)

    def write(self, files: Iterable[NewFile]) -> list[Written]:
        self._up.append(self._phone.proxy.status().up)
        written = list(self._writer.write(files))
        self._up.append(self._phone.proxy.status().up)
        return written


def test_a_phone_that_is_gone_for_good_stays_noted(phone: TestPhone, tmp_path: Path) -> None:
    """The phone left in the middle: the picture is not forgotten until that phone comes back."""

    def leave(_there: object) -> None:
        phone.kill_adbd()

    with opened(phone, tmp_path) as (hands, tester):
        with pytest.raises(PhoneGoneError):
            play(hands, tester, leave)
        (left,) = hands.notes.left()
    assert left.device_label
    phone.start_adbd()
    phone.connect()
    with opened(phone, tmp_path) as (hands, _tester):
        (report,) = finish(hands)
        assert report.canary.number == left.number
        assert hands.notes.left() == ()
    assert _left_behind(phone) == []
