"""A vault, a folder instead of a phone, and a schedule for them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest

from phoneward import schedules, texts
from phoneward.schedules.settings_file import Schedule
from phoneward.settings import Overrides, load
from phoneward.vault import LocalStorage, Repository, open_repository
from tests.cli.program import make_vault
from tests.phone import trees

SET = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
PASSWORD = "Tulpe-Regen-77"


@dataclass
class Home:
    """One person's computer.

    Attributes:
        now: what its clock says.
    """

    top: Path
    now: dt.datetime = SET
    told: list[schedules.Outcome] = field(default_factory=list)

    @property
    def state(self) -> Path:
        return self.top / "state"

    @property
    def vault(self) -> Path:
        return self.top / "vault"

    @property
    def folder(self) -> Path:
        return self.top / "小米"

    def open(self) -> Repository:
        repo = open_repository(LocalStorage(self.vault), PASSWORD)
        repo.load_index()
        return repo

    def set(self, **wishes: object) -> Schedule:
        """Set a schedule for the folder."""
        plain = schedules.Wished(self.vault, folders=[self.folder], password_file=str(self.top / "password"))
        fields = {name: getattr(plain, name) for name in plain.__dataclass_fields__}
        wished = schedules.Wished(**{**fields, **wishes})
        settings = load(Overrides(state_dir=str(self.state), cache_dir=str(self.top / "cache")), {})
        schedule = schedules.prepare(wished, settings, {"PHONEWARD_CACHE_DIR": str(self.top / "cache")}, self.now)
        schedules.save_schedule(self.state, schedule)
        return schedule

    def change(self, **changes: object) -> None:
        """Change what was set, as another time of setting it would."""
        schedules.save_schedule(self.state, msgspec.structs.replace(schedules.load_schedule(self.state), **changes))

    def run(self, days: float = 0, **how: object) -> schedules.Run | None:
        """Let time go by, and let the timer call."""
        self.now += dt.timedelta(days=days)
        return schedules.run(self.state, by="timer", clock=lambda: self.now, **how)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times are UTC and sentences English, whatever the machine speaks."""
    monkeypatch.setenv("TZ", "UTC")
    texts.activate(["en"])
    yield
    texts.activate(["en"])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A vault and a folder with two pictures; nothing is set yet."""
    one = Home(tmp_path)
    trees.put(one.folder, "DCIM/Camera/一张照片.jpg", trees.content("photo", 30_000))
    trees.put(one.folder, "DCIM/Camera/2.jpg", trees.content("other", 3_000))
    make_vault(one.vault, PASSWORD)
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    monkeypatch.setattr("phoneward.schedules.running.tell", lambda outcome, _state: one.told.append(outcome))
    return one
