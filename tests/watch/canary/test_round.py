"""A whole round on a phone by the real adb: the picture comes like a screenshot, copies are found, it goes again."""

from pathlib import Path

import pytest

from phoneward.phones.picturing import Removal
from phoneward.watch.canary.errors import AppNotThereError
from phoneward.watch.canary.making import make_canary
from phoneward.watch.canary.putting import put, screenshot_place, take_away
from phoneward.watch.canary.round import begin, finish, play
from tests.phone import profiles, state
from tests.phone.snooper import Snooper, as_it_is, cropped, thumbnail
from tests.phone.testphone import PhoneFactory, TestPhone
from tests.watch.canary.hands import opened

_FINANCE = state.App("com.example.finance", 10200, 3, "1.0")


@pytest.fixture
def phone(phone_factory: PhoneFactory) -> TestPhone:
    """A phone with an app that is after screenshots."""
    return phone_factory(state=state.SMALL.but(apps=(*state.SMALL.apps, _FINANCE)))


def _pictures(phone: TestPhone) -> list[str]:
    return sorted(str(path.relative_to(phone.storage)) for path in phone.storage.rglob("*") if path.is_file())


def _look(apps: list[Snooper]) -> None:
    for app in apps:
        app.look()


def _folder(phone: TestPhone, name: str) -> Path:
    """Make a folder in which a computer on a cable may write, as on a phone."""
    place = phone.storage
    for part in name.split("/"):
        place /= part
        place.mkdir(exist_ok=True)
        place.chmod(0o777)
    return place


def test_copies_in_any_form_are_found_and_named(phone: TestPhone, tmp_path: Path) -> None:
    """The app kept the file, a thumbnail and a crop, with names that tell nothing: each is found, with app and gap."""
    apps = [
        Snooper(phone, "com.example.finance", form=as_it_is, name="cache/a{}"),
        Snooper(phone, "com.example.finance", form=thumbnail, name="files/b{}.0", before=b"\0" * 93),
        Snooper(phone, "com.whatsapp", form=cropped, name="cache/c{}"),
    ]
    with opened(phone, tmp_path) as (hands, tester):
        report = play(
            hands,
            tester,
            lambda _there: _look(apps),
            app="com.example.finance",
        )
    found = {(copy.package, copy.path.rpartition("/")[2]): copy for copy in report.copies}
    assert set(found) == {("com.example.finance", "a0"), ("com.example.finance", "b0.0"), ("com.whatsapp", "c0")}
    assert found["com.example.finance", "a0"].sighting.width == 1080
    assert (
        found["com.example.finance", "b0.0"].sighting.width,
        found["com.example.finance", "b0.0"].sighting.offset,
    ) == (200, 93)
    for copy in report.copies:
        gap = report.gap(copy)
        assert gap is not None
        assert -1 < gap.total_seconds() < 60
    assert report.access is not None
    assert report.access[0].ago_ms is not None
    assert report.removal is Removal.REMOVED
    assert report.is_listed
    assert report.missed  # the private folders of apps, at least


def test_the_picture_comes_as_a_screenshot_and_leaves_no_trace(phone: TestPhone, tmp_path: Path) -> None:
    """It has the place and name of a screenshot, is in the phone's list, and is gone from both afterwards."""
    seen: list[tuple[str, list[str]]] = []
    before = _pictures(phone)
    with opened(phone, tmp_path) as (hands, tester):
        report = play(hands, tester, lambda there: seen.append((there.path.decode(), phone.listed_pictures())))
        assert hands.notes.left() == ()
    ((path, listed),) = seen
    assert listed == [path]
    assert path.startswith("/storage/emulated/0/Pictures/Screenshots/Screenshot_20")
    assert path.endswith(".png")
    assert not report.is_seen
    assert _pictures(phone) == before
    assert phone.listed_pictures() == []
    assert not (phone.storage / "Pictures/Screenshots").exists()  # made for it, so taken away with it


def test_a_phone_that_keeps_screenshots_elsewhere_gets_it_there(phone: TestPhone, tmp_path: Path) -> None:
    """The folder that the phone has counts more than the maker's usual one, and stays with what is in it."""
    _folder(phone, "DCIM/Screenshots")
    (phone.storage / "DCIM/Screenshots/mine.png").write_bytes(b"mine")
    with opened(phone, tmp_path) as (hands, tester):
        report = play(hands, tester, lambda _there: None)
    assert "/DCIM/Screenshots/" in report.canary.path
    assert _pictures(phone) == ["DCIM/Screenshots/mine.png"]


def test_an_interruption_takes_the_picture_away(phone: TestPhone, tmp_path: Path) -> None:
    """The person pressed Ctrl-C while the app was open: nothing stays behind."""

    def interrupted(_there: object) -> None:
        raise KeyboardInterrupt

    with opened(phone, tmp_path) as (hands, tester):
        with pytest.raises(KeyboardInterrupt):
            play(hands, tester, interrupted)
        assert hands.notes.left() == ()
    assert _pictures(phone) == []


def test_a_picture_that_was_left_is_found_out_about_and_taken_away(phone: TestPhone, tmp_path: Path) -> None:
    """The computer went down in the middle: the next run knows the picture, its copies, and removes what was ours."""
    app = Snooper(phone, "com.example.finance", form=thumbnail)
    with opened(phone, tmp_path) as (hands, _tester):
        begin(hands)
    app.look()
    with opened(phone, tmp_path) as (hands, _tester):
        (report,) = finish(hands)
        assert finish(hands) == []
    assert [copy.package for copy in report.copies] == ["com.example.finance"]
    assert report.removal is Removal.REMOVED
    assert _pictures(phone) == ["Android/data/com.example.finance/cache/0"]


def test_only_exactly_our_picture_is_removed(phone: TestPhone, tmp_path: Path) -> None:
    """The person put something else under its name: it stays, also where it has the same size."""
    with opened(phone, tmp_path) as (hands, _tester):
        there = begin(hands)
        place = phone.storage / there.path.decode().removeprefix("/storage/emulated/0/")
        data = place.read_bytes()
        place.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        assert take_away(hands, there.note) is Removal.DIFFERENT
        assert hands.notes.left() == ()
        assert place.exists()
        place.unlink()
        place.symlink_to(phone.storage / "elsewhere.png")
        assert hands.tester.remove(there.path, there.note.size, bytes.fromhex(there.note.sha256)) is Removal.DIFFERENT
        assert place.is_symlink()


def test_a_name_that_is_taken_is_left_alone(phone: TestPhone, tmp_path: Path) -> None:
    """A screenshot of the same second keeps its name; the test picture gets another."""
    with opened(phone, tmp_path) as (hands, _tester):
        place = screenshot_place(hands)
        folder = _folder(phone, place.folder)
        (folder / place.name).write_bytes(b"mine")
        there = put(hands, make_canary(used=hands.notes.numbers()), place)
        assert there.path.endswith(b"_1.png")
        assert take_away(hands, there.note) is Removal.REMOVED
    assert (folder / place.name).read_bytes() == b"mine"


def test_an_app_that_is_not_there_is_told_before_anything_is_written(phone: TestPhone, tmp_path: Path) -> None:
    """A mistyped name costs nothing."""
    with opened(phone, tmp_path) as (hands, tester):
        with pytest.raises(AppNotThereError):
            play(hands, tester, lambda _there: None, app="com.example.nosuch")
        assert hands.notes.all() == ()


def test_by_hand_the_picture_is_opened_on_the_phone(phone: TestPhone, tmp_path: Path) -> None:
    """For the phone's own screenshot keys the picture is shown, and does not lie among screenshots itself."""
    shown: list[list[str]] = []
    with opened(phone, tmp_path) as (hands, tester):
        report = play(hands, tester, lambda _there: shown.append(phone.shown_pictures()), by_hand=True)
    assert shown == [["content://media/external/images/media/1000"]]
    assert "Screenshots" not in report.canary.path


def test_an_older_phone_is_told_of_the_picture_in_the_older_way(phone_factory: PhoneFactory, tmp_path: Path) -> None:
    """Android 10 knows only the broadcast: the picture gets into the list of pictures, and out of it."""
    phone = phone_factory(profile=profiles.ANDROID_10)
    with opened(phone, tmp_path) as (hands, tester):
        assert play(hands, tester, lambda _there: None).is_listed
    assert phone.listed_pictures() == []


def test_a_phone_that_lists_nothing_is_told_as_such(phone_factory: PhoneFactory, tmp_path: Path) -> None:
    """Where the phone's list of pictures did not take it, an app that reads the list has seen nothing: said so."""
    phone = phone_factory(state=state.SMALL.but(hears_media=False))
    with opened(phone, tmp_path) as (hands, tester):
        assert play(hands, tester, lambda _there: None).is_listed is False
