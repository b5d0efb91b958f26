"""A move between two real adbd: all that can come over does, in its place, once; what does not is named with why."""

from pathlib import Path

import pytest

from phoneward.moving import AppState, Part, PartState
from tests.moving import two_phones as two
from tests.moving.two_phones import TwoPhones, row
from tests.phone.testphone import PhoneFactory


@pytest.fixture
def both(phone_factory: PhoneFactory, tmp_path: Path) -> TwoPhones:
    return two.two_phones(phone_factory, tmp_path)


def test_everything_comes_over(both: TwoPhones) -> None:
    report = both.move()
    assert report.complete, [r.said for r in report.rows]
    held = both.on_new()
    assert {name: held.get(name) for name in two.FILES} == two.FILES
    assert held[two.NEW_PLACE] == two.FILES[two.BACKUP]
    records = {name.split("-")[0] for name in held if name.startswith("Download/Phoneward/")}
    assert records == {"Download/Phoneward/sms", "Download/Phoneward/calls"}
    assert both.apks_on_new(two.DIARY) == [known.data for known in two.diary_set()]
    assert row(report, Part.FILES) == (len(two.FILES), 0, 0)
    assert row(report, Part.APP_BACKUPS) == (1, 0, 0)
    assert row(report, Part.RECORDS) == (2, 0, 0)
    assert row(report, Part.APPS) == (3, 0, 0)
    assert report.finished is not None


def test_a_second_run_does_nothing_twice(both: TwoPhones) -> None:
    first = both.move()
    imported = next(path for path in (both.new.storage / "Download/Phoneward").iterdir())
    imported.unlink()  # taken in, and tidied away
    (both.new.storage / "Documents/letter.txt").unlink()
    before = both.on_new()
    plan = both.plan()
    assert set(plan.states.values()) == {PartState.DONE}
    assert plan.writes_nothing
    second = both.move()
    assert both.on_new() == before
    assert [row(second, part) for part in Part] == [row(first, part) for part in Part]
    assert second.complete
    again = both.move(again=True)
    assert again.complete
    assert both.on_new()["Documents/letter.txt"] == b"Dear reader"


def test_the_states_of_apps(both: TwoPhones) -> None:
    apps = {app.package: app.state for app in both.plan().apps}
    assert apps == {two.DIARY: AppState.NEW, two.WECHAT: AppState.NEW, two.WHATSAPP: AppState.NEW}
