"""What happened to apps between snapshots: an alarm exactly where data was lost, and what else a person should know.

A small Android of this test's own plays what people and stores do with an app; it counts how often its data began.
"""

import datetime as dt
from dataclasses import dataclass, field, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.apk.signing.facts import Capability, LineageNode, Signing
from phoneward.phones import store_named
from phoneward.texts import formats
from phoneward.updates import Alarm, AppThen, At, Kind, alarm_title
from phoneward.updates.alarms import alarms_of, of_phone
from phoneward.updates.installers import STORE_NAMES
from phoneward.updates.timeline import Timelines

KEY = ("org.example.app", 0)
START = dt.datetime(2024, 1, 1, 12, tzinfo=dt.UTC)
STORE, FILE = "com.android.vending", "com.google.android.packageinstaller"


def at(day: float) -> At:
    return At(f"{round(day * 100):064x}", START + dt.timedelta(days=day))


def day(number: float) -> dt.datetime:
    return START + dt.timedelta(days=number)


def app(**changes: object) -> AppThen:
    whole = AppThen(version_code=7, installer=STORE, first_installed=day(-100), last_updated=day(-100))
    return replace(whole, **changes)  # type: ignore[arg-type]


def lines(*told: AppThen | None) -> Timelines:
    """One snapshot a day."""
    found = Timelines()
    for number, one in enumerate(told):
        found.add(at(number), {} if one is None else {KEY: one})
    return found


def alarms(*told: AppThen | None) -> list[Alarm]:
    return [alarm for key, periods in lines(*told) for alarm in alarms_of(key, periods)]


def kinds(*told: AppThen | None) -> list[Kind]:
    return [alarm.kind for alarm in alarms(*told)]


# -- data that was lost --------------------------------------------------------------------------------------------


@dataclass
class Android:
    """An app on a phone: `lives` counts how often its data began; `began` is when, as the phone's clock said."""

    now: float = 0.0
    is_there: bool = True
    keeps_data: bool = False
    lives: int = 1
    began: float = -100.0
    updated: float = -100.0
    version: int = 7
    shift: int = 0
    told: "list[tuple[At, AppThen | None, int]]" = field(default_factory=list)

    def do(self, event: str) -> None:
        self.now += 1.0
        getattr(self, event)()

    def snapshot(self) -> None:
        seen = None
        if self.is_there:
            moved = dt.timedelta(minutes=15 * self.shift)
            seen = app(
                version_code=self.version,
                first_installed=day(self.began) + moved,
                last_updated=day(self.updated) + moved,
            )
        self.told.append((at(self.now), seen, self.lives))

    def update(self) -> None:
        if self.is_there:
            self.version += 1
            self.updated = self.now - 0.4

    def uninstall(self) -> None:
        self.is_there, self.keeps_data = False, False

    def uninstall_but_keep_data(self) -> None:
        if self.is_there:
            self.is_there, self.keeps_data = False, True

    def install(self) -> None:
        if self.is_there:
            return
        self.is_there = True
        self.updated = self.now - 0.4
        if not self.keeps_data:
            self.lives += 1
            self.began = self.now - 0.4
        self.keeps_data = False

    def travel(self) -> None:
        """The phone prints every time in another zone."""
        self.shift = (self.shift + 7) % 52


EVENTS = ("snapshot", "update", "uninstall", "uninstall_but_keep_data", "install", "travel")


@given(st.lists(st.sampled_from((*EVENTS, "snapshot", "install")), max_size=60))
def test_a_wipe_is_told_exactly_where_data_was_lost(events: list[str]) -> None:
    """Whatever happened, in whatever order: each loss between two snapshots is named with both, and nothing else is."""
    phone, found = Android(), Timelines()
    for event in events:
        phone.do(event)
    for when, seen, _lives in phone.told:
        found.add(when, {} if seen is None else {KEY: seen})
    told = [alarm for key, periods in found for alarm in alarms_of(key, periods) if alarm.kind is Kind.WIPED]
    seen_ones = [(when, lives) for when, seen, lives in phone.told if seen is not None]
    lost = [(before, after) for (before, lives), (after, now) in pairwise(seen_ones) if lives != now]
    assert [(alarm.before, alarm.after) for alarm in told] == lost
    assert all(alarm.is_certain for alarm in told)


@given(st.lists(st.sampled_from(EVENTS), max_size=60))
def test_going_is_told_each_time_an_app_went(events: list[str]) -> None:
    phone, found = Android(), Timelines()
    for event in events:
        phone.do(event)
    for when, seen, _lives in phone.told:
        found.add(when, {} if seen is None else {KEY: seen})
    told = [alarm for key, periods in found for alarm in alarms_of(key, periods) if alarm.kind is Kind.GONE]
    there = [(when, seen is not None) for when, seen, _lives in phone.told]
    went = [(b, a) for (b, was), (a, now) in pairwise(there) if was and not now]
    assert [(alarm.before, alarm.after) for alarm in told] == went


def test_the_last_snapshot_with_the_data_is_named_also_where_the_app_was_away_for_long() -> None:
    told = [a for a in alarms(app(), app(), None, None, app(first_installed=day(3.5))) if a.kind is Kind.WIPED]
    assert [(a.before, a.after) for a in told] == [(at(1), at(4))]


def test_what_a_snapshot_does_not_know_is_compared_with_what_was_known_before() -> None:
    unknown = AppThen(installer=None)
    told = alarms(app(), unknown, app(first_installed=day(1.5), version_code=6))
    assert {a.kind: a.before for a in told} == {Kind.WIPED: at(0), Kind.DOWNGRADED: at(0)}


def test_a_phone_whose_clock_was_set_back_is_told_with_doubt() -> None:
    """It was removed and installed anew while the clock stood in 1970."""
    [told] = alarms(app(), app(first_installed=dt.datetime(1970, 1, 2, tzinfo=dt.UTC)))
    assert (told.kind, told.is_certain) == (Kind.WIPED, False)


@pytest.mark.parametrize("minutes", [15, -60, 12 * 60 + 45, -26 * 60])
def test_another_time_zone_is_no_loss(minutes: int) -> None:
    assert kinds(app(), app(first_installed=day(-100) + dt.timedelta(minutes=minutes))) == []


@pytest.mark.parametrize("shift", [dt.timedelta(minutes=16), dt.timedelta(hours=-27), dt.timedelta(seconds=1)])
def test_what_no_time_zone_explains_is_told(shift: dt.timedelta) -> None:
    assert kinds(app(), app(first_installed=day(-100) + shift)) == [Kind.WIPED]


def test_an_app_installed_whole_hours_after_the_first_time_is_still_a_loss() -> None:
    """The snapshot in between shows that it was there before: no time zone moves a time past it."""
    first = app(first_installed=day(0) - dt.timedelta(hours=1))
    assert kinds(first, app(first_installed=day(0) + dt.timedelta(hours=1))) == [Kind.WIPED]


def test_a_user_whose_apps_were_not_told_has_lost_none() -> None:
    found = Timelines()
    twin = ("org.example.app", 999)
    found.add(at(0), {KEY: app(), twin: app()})
    found.add(at(1), {KEY: app()}, untold=[999])
    found.add(at(2), {KEY: app()}, untold=None)
    assert of_phone(dict(found)) == []
    found.add(at(3), {KEY: app()})
    assert [(a.user_id, a.kind) for a in of_phone(dict(found))] == [(999, Kind.GONE)]


def test_each_user_loses_their_own_data_but_an_older_version_is_told_once() -> None:
    found = Timelines()
    twin = ("org.example.app", 999)
    found.add(at(0), {KEY: app(), twin: app()})
    found.add(at(1), {key: app(version_code=6, first_installed=day(0.5)) for key in (KEY, twin)})
    assert [(a.user_id, a.kind) for a in of_phone(dict(found))] == [
        (0, Kind.WIPED),
        (999, Kind.WIPED),
        (0, Kind.DOWNGRADED),
    ]


@pytest.mark.parametrize(("anew", "kept", "is_reset"), [(5, 0, True), (4, 0, False), (8, 2, True), (7, 3, False)])
def test_a_phone_that_was_set_up_anew_is_one_event(anew: int, kept: int, is_reset: bool) -> None:
    names = [(f"org.example.a{number}", 0) for number in range(anew + kept)]
    gone = ("org.example.gone", 0)
    found = Timelines()
    found.add(at(0), {key: app() for key in [*names, gone]})
    found.add(at(1), {k: app(first_installed=day(0.5)) if n < anew else app() for n, k in enumerate(names)})
    wiped = [alarm for alarm in of_phone(dict(found)) if alarm.kind is Kind.WIPED]
    assert len(wiped) == anew
    assert {alarm.with_reset for alarm in wiped} == {is_reset}


# -- signers -------------------------------------------------------------------------------------------------------


def signed(*signers: bytes, past: tuple[bytes, ...] = ()) -> AppThen:
    nodes = tuple(LineageNode(certificate, Capability.INSTALLED_DATA) for certificate in past)
    return app(signing=Signing(signers, nodes))


def test_another_signer_is_told() -> None:
    [told] = alarms(signed(b"A"), signed(b"B"))
    assert (told.kind, told.is_certain) == (Kind.SIGNER, True)


def test_two_snapshots_of_one_day_are_told_apart_by_the_time() -> None:
    """Nobody reads "between 1 January and 1 January"."""
    [told] = alarms(signed(b"A"), signed(b"B"))
    assert f"{formats.date(day(0))} and {formats.date(day(1))}" in str(alarm_title(told))
    later = day(0) + dt.timedelta(minutes=5)
    same = replace(told, after=replace(told.after, taken=later))
    assert f"{formats.moment(day(0))} and {formats.moment(later)}" in str(alarm_title(same))


def test_stores_are_called_by_their_names() -> None:
    [told] = alarms(app(), app(installer="com.huawei.appmarket"))
    assert "Huawei AppGallery; before: Google Play" in str(alarm_title(told))
    [told] = alarms(app(), app(installer="org.example.shop"))
    assert "org.example.shop; before: Google Play" in str(alarm_title(told))
    guides = {package: guide for package in STORE_NAMES if (guide := store_named(package, language="en")) is not None}
    assert {package: guide.name for package, guide in guides.items()} == dict(STORE_NAMES), "as the guides call them"


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (signed(b"A"), signed(b"A")),
        (signed(b"A", b"B"), signed(b"B", b"A")),
        (signed(b"A"), signed(b"B", past=(b"A", b"B"))),
        (signed(b"B", past=(b"A", b"B")), signed(b"A")),
        (signed(b"A"), app(signing=None)),
        (app(signer_hashes=(1, 2)), app(signer_hashes=(2, 1))),
        (app(signer_hashes=(1,)), app()),
        (replace(signed(b"A"), signer_hashes=(1,)), replace(signed(b"A"), signer_hashes=(2,))),
    ],
)
def test_the_same_signer_or_one_that_was_handed_over_to_is_not_told(was: AppThen, now: AppThen) -> None:
    assert kinds(was, now) == []


@pytest.mark.parametrize(
    ("was", "now"),
    [(signed(b"A", b"B"), signed(b"A")), (signed(b"A", b"B"), signed(b"C", past=(b"A", b"C")))],
)
def test_several_signers_never_hand_over(was: AppThen, now: AppThen) -> None:
    assert kinds(was, now) == [Kind.SIGNER]


def test_other_short_numbers_are_told_with_doubt() -> None:
    """They prove a difference; a proof of rotation nobody could read."""
    [told] = alarms(app(signer_hashes=(1,)), app(signer_hashes=(2,)))
    assert (told.kind, told.is_certain) == (Kind.SIGNER, False)


# -- versions and installers ---------------------------------------------------------------------------------------


def test_an_older_version_is_told_and_a_newer_or_the_same_is_not() -> None:
    assert kinds(app(version_code=7), app(version_code=8), app(version_code=8), app(version_code=7)) == [
        Kind.DOWNGRADED
    ]


@pytest.mark.parametrize(
    ("was", "now", "kind"),
    [
        (STORE, "", Kind.SIDELOADED),
        (STORE, FILE, Kind.SIDELOADED),
        ("com.huawei.appmarket", "com.android.shell", Kind.SIDELOADED),
        (STORE, "com.huawei.appmarket", Kind.INSTALLER),
        (STORE, "org.unknown.program", Kind.INSTALLER),
        (FILE, STORE, Kind.INSTALLER),
        (FILE, "", None),
        (STORE, STORE, None),
        (STORE, None, None),
        (None, "", None),
    ],
)
def test_who_installs_an_app(was: str | None, now: str | None, kind: Kind | None) -> None:
    assert kinds(app(installer=was), app(installer=now)) == ([] if kind is None else [kind])


# -- bounds --------------------------------------------------------------------------------------------------------


def test_what_does_not_change_takes_one_period() -> None:
    found = Timelines()
    for number in range(1000):
        found.add(at(number), {KEY: app()})
    [(_key, periods)] = list(found)
    assert [(p.first, p.last, p.snapshots) for p in periods] == [(at(0), at(999), 1000)]


def test_too_many_apps_are_counted_and_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phoneward.updates.timeline.MAX_APPS", 3)
    found = Timelines()
    found.add(at(0), {(f"org.example.a{number}", 0): app() for number in range(5)})
    found.add(at(1), {("org.example.a0", 0): app()})
    assert len(dict(found)) == 3
    assert len(found.left_out) == 2
