"""An app's bytes are counted by the phone, with and without a large picture: on a phone by the real adb."""

from pathlib import Path

import pytest

from phoneward.findings import Tier
from phoneward.watch.canary.counting import Conclusion
from phoneward.watch.canary.errors import AppNotThereError, NotCountedError
from phoneward.watch.canary.making import make_heavy_canary
from phoneward.watch.canary.measuring import measure
from phoneward.watch.canary.screen import Screen
from tests.phone import state
from tests.phone.snooper import Snooper, as_it_is, thumbnail
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.watch.canary.hands import opened

_UID = 10200
_SIZE = 600_000
"""Bytes: large enough beside what the app sends anyway, and quick to make."""
_STATE = state.SMALL.but(
    apps=(*state.SMALL.apps, state.App("com.example.finance", _UID, 3, "1.0")),
    sent=(state.Sent(_UID, sent=700_000_000), state.Sent(10123, sent=50_000_000)),
    screen=(("Physical", "480x800"),),
)


@pytest.fixture
def phone(phone_factory: PhoneFactory) -> TestPhone:
    """A phone that has counted before."""
    return phone_factory(state=_STATE)


class _Steps:
    """A person who does the step: the app looks at new pictures, and talks to its servers as it always does."""

    def __init__(self, phone: TestPhone, app: Snooper | None) -> None:
        self._phone, self._app = phone, app
        self.done: list[tuple[int, bool, int]] = []

    def __call__(self, number: int, rounds: int, *, with_picture: bool) -> None:
        assert number <= rounds
        pictures = list((self._phone.storage / "Pictures/Screenshots").glob("*"))
        self.done.append((number, with_picture, len(pictures)))
        self._phone.send(_UID, 60_000 + 1_000 * number)
        if self._app is not None:
            self._app.look()


def test_an_app_that_sends_the_picture_is_seen(phone: TestPhone, tmp_path: Path) -> None:
    """Each time the picture lay there, the app sent so much more: told as what sending it would look like."""
    steps = _Steps(phone, Snooper(phone, "com.example.finance", form=as_it_is, sends_as=_UID))
    with opened(phone, tmp_path) as (hands, tester):
        report = measure(hands, tester, "com.example.finance", steps, size=_SIZE)
        assert hands.notes.left() == ()
    assert steps.done == [(number, with_, int(with_)) for number in (1, 2, 3) for with_ in (False, True)]
    assert report.verdict is not None
    assert report.verdict.conclusion is Conclusion.SENT_MORE
    assert report.tier is Tier.INFERRED
    assert report.verdict.difference > _SIZE
    assert report.access is not None
    assert report.access[0].operation == "READ_MEDIA_IMAGES"


def test_an_app_that_does_not_send_it_is_cleared_as_far_as_that_goes(phone: TestPhone, tmp_path: Path) -> None:
    """The app kept the picture and sent its usual 60 kB: not sent whole, and which smaller forms that leaves open."""
    steps = _Steps(phone, Snooper(phone, "com.example.finance", form=thumbnail))
    with opened(phone, tmp_path) as (hands, tester):
        report = measure(hands, tester, "com.example.finance", steps, rounds=1, size=_SIZE)
    assert report.verdict is not None
    assert report.verdict.conclusion is Conclusion.NOT_SENT
    assert report.tier is Tier.OBSERVED
    assert report.verdict.most == 61_000
    assert report.verdict.excluded[0].name == "file"
    assert "200" in {form.name for form in report.verdict.possible}


def test_a_phone_that_does_not_count_is_told_before_anything_is_written(
    phone_factory: PhoneFactory, tmp_path: Path
) -> None:
    """No counts, no app: said at once, with nothing on the phone."""
    phone = phone_factory(state=_STATE.but(sent=None))
    with opened(phone, tmp_path) as (hands, tester):
        with pytest.raises(NotCountedError):
            measure(hands, tester, "com.example.finance", _Steps(phone, None))
        with pytest.raises(AppNotThereError):
            measure(hands, tester, "com.example.nosuch", _Steps(phone, None))
        assert hands.notes.all() == ()


def test_the_picture_cannot_be_compressed_in_any_size() -> None:
    """What a form takes is measured on the very picture: as large as was asked, and noise at every size."""
    canary, forms = make_heavy_canary(Screen(480, 800), size=1_500_000)
    sizes = {form.name: form.size for form in forms}
    assert sizes["file"] == len(canary.data) > 1_500_000
    assert list(sizes.values()) == sorted(sizes.values(), reverse=True)
    assert sizes["200"] > 3_000
