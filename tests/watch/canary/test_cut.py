"""The cable breaks somewhere in a round: the next run says what is left and takes it away, wherever it was."""

import random
from pathlib import Path

import pytest

from phoneward.phones import PhoneGoneError
from phoneward.watch.canary.round import finish, play
from tests.phone.testphone import TestPhone
from tests.watch.canary.hands import opened


def _left_behind(phone: TestPhone) -> list[str]:
    """Return what lies on the phone, unfinished pieces with hidden names too."""
    return [str(path.relative_to(phone.storage)) for path in phone.storage.rglob("*") if not path.is_dir()]


def test_a_cut_cable_leaves_nothing_that_the_next_run_does_not_mend(phone: TestPhone, tmp_path: Path) -> None:
    """Cut while it is sent, named, listed, looked for or taken away: afterwards the phone is as it was before."""
    with opened(phone, tmp_path) as (hands, tester):
        before = phone.proxy.status().up
        play(hands, tester, lambda _there: None)
        whole = phone.proxy.status().up - before
    chance = random.Random(20_261_129)
    cuts = 0
    for place in sorted(chance.sample(range(200, whole), 5)):
        with opened(phone, tmp_path) as (hands, tester):
            phone.proxy.cut("up", place)
            try:
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
