"""A run without a terminal: what the person is asked, in which order, and how old a snapshot may be that counts."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from phoneward.errors import ExitCode
from phoneward.phones import AdbUpdater, AdbWriter, UpdateRefusedError
from phoneward.risks import ShownRisk
from phoneward.texts import Words
from phoneward.updates.against_phone import AgainstPhone
from phoneward.updates.installing import (
    Begun,
    Hands,
    InstallNoteError,
    Installs,
    Outcome,
    Planned,
    Run,
    Step,
    doing,
    running,
)
from phoneward.updates.installing.hands import Job
from phoneward.updates.stakes import Copy
from tests.cli.installing import APP, SECOND, Bench, apk
from tests.phone import state
from tests.phone.testphone import TestPhone
from tests.snapshots.adb import adb_phone
from tests.snapshots.bench import Vault

START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


@dataclass
class Person:
    """Says yes, after a while."""

    waits: dt.timedelta = dt.timedelta()
    clock: dt.datetime = START
    asked: list[str] = field(default_factory=list)
    read: list[str] = field(default_factory=list)
    says: bool = True

    def agrees(self, shown: ShownRisk, about: Sequence[Words]) -> bool:
        self.asked.append(shown.risk.code)
        self.read += map(str, about)
        self.clock += self.waits
        return self.says

    def puts_back(self, name: str) -> bool:
        raise AssertionError(name)

    def restores(self, name: str) -> bool:
        raise AssertionError(name)

    def now(self) -> dt.datetime:
        return self.clock


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault.make(tmp_path / "own")


@pytest.fixture
def bench(phone: TestPhone, tmp_path: Path) -> Bench:
    return Bench.make(phone, tmp_path, apk(1, debuggable=True))


@contextmanager
def run_of(vault: Vault, bench: Bench, person: Person) -> Iterator[Run]:
    vault.reopen()
    with ExitStack() as stack:
        phone = stack.enter_context(adb_phone(bench.phone))
        writer = stack.enter_context(AdbWriter(phone))
        installs = stack.enter_context(Installs(vault.state, vault.repo, phone.identity.id))
        hands = Hands(
            *(vault.repo, phone, AdbUpdater(phone), writer, installs, person, vault.state, None),
            now=person.now,
        )
        yield Run(hands, AgainstPhone(phone, Copy.NOT_ASKED))


@pytest.mark.parametrize(("minutes", "count"), [(5, 1), (60, 2)])
def test_a_question_that_stood_open_for_long_does_not_make_the_snapshot_an_old_one(
    vault: Vault, bench: Bench, minutes: int, count: int
) -> None:
    person = Person(dt.timedelta(minutes=minutes))
    update = bench.file(apk(2, debuggable=True))
    with run_of(vault, bench, person) as run:
        report = run.update([update])
    assert [app.outcome for app in report.apps] == [Outcome.KEPT]
    assert person.asked == ["updates.install"], "once"
    snapshots = list((vault.folder / "repo/snapshots").iterdir())
    assert len(snapshots) == count
    assert report.apps[0].snapshot in {path.name for path in snapshots}


def test_what_is_not_agreed_to_is_not_done_and_its_copy_goes(vault: Vault, bench: Bench) -> None:
    person = Person(says=False)
    with run_of(vault, bench, person) as run:
        report = run.update([bench.file(apk(2, debuggable=True))])
    assert [app.outcome for app in report.apps] == [Outcome.DECLINED]
    assert any(APP in sentence for sentence in person.read)
    assert not list(vault.state.rglob("copy-*"))
    assert bench.record()["versionCode"] == "1"


def test_an_app_whose_own_files_the_vault_does_not_have_is_not_touched(vault: Vault, bench: Bench) -> None:
    update = bench.file(apk(2, debuggable=True))
    there = bench.phone.root / bench.record()["codePath"].lstrip("/") / "base.apk"

    def swap(_planned: object) -> None:
        there.write_bytes(there.read_bytes() + b"x")

    with run_of(vault, bench, Person()) as run:
        report = replace(run, shows=swap).update([update])
    [app] = report.apps
    assert (app.outcome, app.reasons) == (Outcome.NOT_DONE, ["not-saved"])
    assert any("does not have the app's own files" in str(sentence) for sentence in app.sentences)
    assert bench.record()["versionCode"] == "1"


@dataclass
class Giving(Person):
    """Agrees to everything, and wants nothing put back."""

    def puts_back(self, name: str) -> bool:
        return not name

    def restores(self, name: str) -> bool:
        return not name


def test_an_install_that_took_long_does_not_make_the_next_apps_snapshot_an_old_one(
    vault: Vault, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    memo = "org.example.memo"
    bench.others = (state.app_of(apk(1, package=memo, debuggable=True), app_id=10141),)
    bench.answer_without_harm()
    updates = [bench.file(apk(2, debuggable=True), "1.apk"), bench.file(apk(2, package=memo, debuggable=True), "2.apk")]
    person = Person()

    def slowly(hands: Hands, planned: Planned, job: Job) -> None:
        person.clock += dt.timedelta(hours=1)
        doing.keep(hands, planned, job)

    monkeypatch.setattr(running, "keep", slowly)
    with run_of(vault, bench, person) as run:
        report = run.update(updates)
    assert [app.outcome for app in report.apps] == [Outcome.KEPT, Outcome.KEPT]
    assert len({app.snapshot for app in report.apps}) == 2


def test_a_disk_that_is_full_once_the_app_is_removed_does_not_leave_the_person_without_it(
    vault: Vault, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = Installs.note

    def full(installs: Installs, begun: Begun) -> None:
        if begun.step is Step.REMOVED:
            raise InstallNoteError(path="state", detail="No space left on device")
        note(installs, begun)

    monkeypatch.setattr(Installs, "note", full)
    with run_of(vault, bench, Giving()) as run:
        report = run.update([bench.file(apk(2, by=SECOND, debuggable=True))])
    assert [app.outcome for app in report.apps] == [Outcome.WIPED]
    assert bench.record()["versionCode"] == "2"


def test_a_phone_that_says_no_after_it_removed_the_app_is_not_believed(
    vault: Vault, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Android removes an app for the users who may, and then answers that it could not."""
    uninstall = AdbUpdater.uninstall

    def half(updater: AdbUpdater, package: str, **more: Any) -> None:
        uninstall(updater, package, **more)
        raise UpdateRefusedError(package=package, status="DELETE_FAILED_OWNER_BLOCKED", reason="no", words="no")

    monkeypatch.setattr(AdbUpdater, "uninstall", half)
    with run_of(vault, bench, Giving()) as run:
        report = run.update([bench.file(apk(2, by=SECOND, debuggable=True))])
    assert [app.outcome for app in report.apps] == [Outcome.LOST]
    assert report.exit_code == ExitCode.FINDING


def test_a_loss_stays_a_loss_where_the_note_cannot_be_removed(
    vault: Vault, bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(_installs: Installs) -> None:
        raise InstallNoteError(path="state", detail="Input/output error")

    bench.played = {"loses": "data-and-time"}
    update = bench.file(apk(2, debuggable=True))
    monkeypatch.setattr(Installs, "forget", cannot)
    with run_of(vault, bench, Giving()) as run:
        report = run.update([update])
    assert [app.outcome for app in report.apps] == [Outcome.LOST]
