"""Is this update safe for my data? What the checkup says of a phone's apps, from what its snapshots tell."""

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec
import pytest

from phoneward import flows
from phoneward.findings import Answer, Finding, Severity, Tier
from phoneward.snapshots import ApkState, Asking, list_snapshots
from phoneward.updates import finding_codes as codes
from phoneward.updates import room_answer
from phoneward.updates.installing import Installs, Step
from phoneward.vault import Repository
from tests.snapshots.catalogue.histories import new_repository
from tests.updates.installing.test_begun import BEGUN
from tests.updates.pasts import WECHAT, app, day, held, own_backup, put_day

SHOP = "org.example.shop"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


def asked(repo: Repository, at: float, *, number: int = -1) -> Answer:
    """The room's answer on a day, about the newest snapshot or another."""
    every = list_snapshots(repo)
    return room_answer(Asking(repo, every[number] if every else None, every, day(at)))


def found(answered: Answer, code: str) -> list[Finding]:
    return [finding for finding in answered.findings if finding.code == code]


def test_without_a_snapshot_nobody_can_tell(repo: Repository) -> None:
    assert str(asked(repo, 0).sentence) == "Nobody can tell yet: there is no snapshot of a phone."
    put_day(repo, 0, [])
    assert "no snapshot of this phone says which apps it has" in str(asked(repo, 1).sentence)


@pytest.mark.parametrize(("step", "severity"), [(Step.INSTALLING, Severity.WARNING), (Step.REMOVED, Severity.DANGER)])
def test_an_install_that_was_cut_off_is_told_until_somebody_finds_out_what_became_of_it(
    repo: Repository, tmp_path: Path, step: Step, severity: Severity
) -> None:
    put_day(repo, 0, [app(SHOP)])
    every = list_snapshots(repo)
    asking = Asking(repo, every[-1], every, day(1), state_dir=tmp_path)
    assert found(room_answer(asking), codes.CUT_OFF) == []
    with Installs(tmp_path, repo, every[-1].device) as installs:
        installs.note(msgspec.structs.replace(BEGUN, step=step))
    [told] = found(room_answer(asking), codes.CUT_OFF)
    assert (told.severity, told.subject) == (severity, BEGUN.package)
    assert told.actions[0].command == ("phoneward", "update", "install")
    with Installs(tmp_path, repo, "f" * 16) as other:
        assert other.load() is None, "another phone's is not this one's"


def test_a_calm_year_is_called_calm_and_says_since_when(repo: Repository) -> None:
    put_day(repo, 0, [app(SHOP)])
    put_day(repo, 9, [app(SHOP, version_code=8)])
    calm = asked(repo, 10)
    assert str(calm.sentence).startswith("Since 14 November 2023 no app's data was wiped by an update")
    assert (calm.findings, calm.severity) == ((), Severity.FINE)
    assert any("clear data" in str(line) for line in calm.not_checked)


def wiped(repo: Repository) -> None:
    put_day(repo, 0, [app(), app(SHOP)], coverages=[held(own_backups=[own_backup(0)], lost=10**10)])
    put_day(repo, 3, [app(first_installed=day(2)), app(SHOP)], coverages=[held()])


def test_data_wiped_behind_ones_back_is_urgent_and_names_the_last_copy(repo: Repository) -> None:
    wiped(repo)
    answered = asked(repo, 4)
    assert "the data of WeChat was wiped" in str(answered.sentence)
    [told] = found(answered, codes.WIPED)
    assert (told.severity, told.tier, told.loss_bytes) == (Severity.DANGER, Tier.INFERRED, 10**10)
    assert "between 14 November 2023 and 17 November 2023" in str(told.title)
    assert "a backup that the app made of itself on 14 November 2023" in str(told.loss)
    first = list_snapshots(repo)[0].snapshot.id
    assert told.actions[0].arguments == {"snapshot": first}
    assert all(flows.known(action) for finding in answered.findings for action in finding.actions)
    assert [evidence.snapshot for evidence in told.evidence] == [i.snapshot.id for i in list_snapshots(repo)]


@pytest.mark.parametrize(
    ("days", "severity"), [(31, Severity.DANGER), (32, Severity.WARNING), (360, Severity.WARNING), (400, None)]
)
def test_what_happened_matters_less_the_longer_it_is_ago(
    repo: Repository, days: int, severity: Severity | None
) -> None:
    wiped(repo)
    answered = asked(repo, 3 + days)
    assert [told.severity for told in found(answered, codes.WIPED)] == ([severity] if severity else [])
    assert any("more than a year ago" in str(line) for line in answered.not_checked) is (severity is None)


def test_a_finding_is_recognised_when_snapshots_come_and_go(repo: Repository) -> None:
    """So that “done” stays done."""
    wiped(repo)
    [before] = found(asked(repo, 4), codes.WIPED)
    put_day(repo, 1, [app()])
    put_day(repo, 5, [app(first_installed=day(2))])
    [after] = found(asked(repo, 6), codes.WIPED)
    assert before.key == after.key
    assert before.title != after.title


def test_an_earlier_snapshot_is_asked_of_its_own_day(repo: Repository) -> None:
    wiped(repo)
    assert found(asked(repo, 4, number=0), codes.WIPED) == []


def test_a_phone_that_was_set_up_anew_is_one_piece_of_advice(repo: Repository) -> None:
    names = [f"org.example.a{number}" for number in range(8)]
    put_day(repo, 0, [app(name) for name in names])
    put_day(repo, 3, [app(name, first_installed=day(2)) for name in names])
    answered = asked(repo, 4)
    [told] = found(answered, codes.SET_UP_ANEW)
    assert "8 apps" in str(told.title)
    assert found(answered, codes.WIPED) == []
    assert answered.severity is Severity.ADVICE


def test_only_what_cannot_be_had_again_is_missed(repo: Repository) -> None:
    """People remove apps all the time; chats are worth a word."""
    put_day(repo, 0, [app(), app(SHOP), app("org.c")])
    put_day(repo, 3, [app("org.c")])
    answered = asked(repo, 4)
    assert [told.subject for told in found(answered, codes.GONE)] == [WECHAT]
    assert found(asked(repo, 60), codes.GONE) == []
    put_day(repo, 5, [app(), app("org.c")])
    assert found(asked(repo, 6), codes.GONE) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [({"version_code": 6}, codes.DOWNGRADED), ({"installer": ""}, codes.SIDELOADED)],
)
def test_older_and_past_the_store(repo: Repository, change: dict[str, Any], code: str) -> None:
    put_day(repo, 0, [app(SHOP)])
    put_day(repo, 3, [app(SHOP, **change)])
    [told] = asked(repo, 4).findings
    assert (told.code, told.severity, told.tier) == (code, Severity.WARNING, Tier.OBSERVED)
    assert asked(repo, 60).severity is Severity.ADVICE


def test_another_store_is_no_finding(repo: Repository) -> None:
    put_day(repo, 0, [app(SHOP)])
    put_day(repo, 3, [app(SHOP, installer="com.huawei.appmarket")])
    assert asked(repo, 4).findings == ()


def test_stores_that_update_unasked_are_named_where_chats_are_at_stake(repo: Repository) -> None:
    put_day(repo, 0, [app(SHOP), app("com.android.vending", is_system=True)])
    assert found(asked(repo, 1), codes.STORE_UPDATES) == []
    put_day(repo, 2, [app(), app("com.android.vending", is_system=True)])
    [told] = found(asked(repo, 3), codes.STORE_UPDATES)
    assert (told.severity, told.tier) == (Severity.ADVICE, Tier.NOT_CHECKED)
    assert "WeChat" in str(told.loss)
    assert "Google Play" in str(told.title)


def test_a_version_that_could_not_come_back_is_named(repo: Repository) -> None:
    states = {"kept": ApkState.KEPT, "part": ApkState.PART, "missing": ApkState.MISSING}
    rows = [held("com.whatsapp", apk=states["part"]), held(apk=states["kept"]), held(SHOP, apk=states["missing"])]
    put_day(repo, 0, [app(), app("com.whatsapp"), app(SHOP)], coverages=rows)
    assert [told.subject for told in found(asked(repo, 1), codes.VERSION_NOT_KEPT)] == ["com.whatsapp"]


def test_many_of_a_kind_are_summed_up(repo: Repository) -> None:
    names = [f"org.example.a{number}" for number in range(30)]
    put_day(repo, 0, [app(name) for name in names])
    put_day(repo, 3, [app(name, version_code=6) for name in names])
    told = found(asked(repo, 4), codes.DOWNGRADED)
    assert len(told) == 21
    assert "10 more apps" in str(told[-1].title)


def test_what_is_only_probable_is_answered_as_probable(repo: Repository) -> None:
    """The phone's clock was wrong: the answer promises no more than the event below it."""
    put_day(repo, 0, [app()])
    put_day(repo, 3, [app(first_installed=day(-50))])
    answered = asked(repo, 4)
    [told] = found(answered, codes.WIPED)
    assert "was probably wiped" in str(told.title)
    assert str(answered.sentence).startswith("Perhaps not: in the last year the data of WeChat was probably wiped")


def test_a_clock_far_ahead_frightens_nobody(repo: Repository) -> None:
    put_day(repo, 0, [app(first_installed=dt.datetime(9999, 12, 31, tzinfo=dt.UTC))])
    put_day(repo, 1, [app(first_installed=dt.datetime(9999, 12, 31, tzinfo=dt.UTC))])
    assert found(asked(repo, 2), codes.WIPED) == []
