"""A run without a terminal: what the person is asked, in which order, and how old a snapshot may be that counts."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from phoneward.phones import AdbUpdater, AdbWriter
from phoneward.risks import ShownRisk
from phoneward.texts import Words
from phoneward.updates.against_phone import AgainstPhone
from phoneward.updates.installing import Hands, Installs, Outcome, Run
from phoneward.updates.stakes import Copy
from tests.cli.installing import APP, Bench, apk
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
