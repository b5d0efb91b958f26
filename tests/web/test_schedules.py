"""The page of the schedule: set, seen, run now, changed and stopped, with forms alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from phoneward import schedules
from phoneward.schedules.settings_file import Target, load_schedule
from phoneward.setup import Source
from tests.phone import trees
from tests.web.site import PASSWORD, Site, Visitor, make_settings, serving


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A vault, and a folder in the place of a phone; no timer of this computer is touched."""
    monkeypatch.setattr("phoneward.schedules.systems.choosing._has_systemd", lambda: False)
    monkeypatch.setenv("PHONEWARD_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("PHONEWARD_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "password").write_text(PASSWORD)
    trees.put(tmp_path / "小米", "DCIM/1.jpg", trees.content("photo", 3_000))
    with serving(make_settings(tmp_path)) as one:
        one.context.desk._source = Source(folder=tmp_path / "小米")
        yield one
        assert one.faults == []


def form(tmp_path: Path, **more: str) -> dict[str, str]:
    usual = {"target": str(tmp_path / "小米"), "days": "3", "at": "07:05", "copy_to": "", "read_data": "weekly"}
    return usual | more


def state(site: Site) -> Path:
    return site.context.settings.state_dir


def test_set_seen_run_changed_and_stopped(site: Site, tmp_path: Path) -> None:
    visitor: Visitor = site.visitor()
    assert "This computer can remember it for you" in visitor.get("/schedules").text
    assert visitor.post("/schedules/set", form(tmp_path)).status_code == 303
    shown = visitor.get("/schedules").text
    assert "Every 3 days, from 07:05 on." in shown
    assert "5 * * * * " in shown, "nothing calls it here: the line to be added is said"
    assert 'value="3" selected' in shown
    assert PASSWORD not in shown
    assert "Every 3 days" in visitor.get("/vault").text
    assert visitor.post("/schedules/run").status_code == 303
    (job,) = [job for job in site.context.jobs.all() if job.key == "schedule"]
    assert job.ended.wait(60)
    assert job.error is None, job.error
    assert "Snapshot " in visitor.get("/schedules").text
    changed = form(tmp_path, days="1", read_data="never", on_plug_in="yes")
    assert visitor.post("/schedules/set", changed).status_code == 303
    now = load_schedule(state(site))
    assert (now.every_days, now.read_data, now.on_plug_in) == (1, "never", True)
    assert now.targets == (Target(folder=str(tmp_path / "小米")),)
    assert visitor.post("/schedules/stop").status_code == 303
    with pytest.raises(schedules.NoScheduleError):
        load_schedule(state(site))
    assert visitor.post("/schedules/stop").status_code == 303, "twice does no harm"
    assert visitor.post("/schedules/run").status_code == 404


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"at": "25:00"}, "is no time of day"),
        ({"at": "<b>"}, "&lt;b&gt; is no time of day"),
        ({"target": "/etc"}, "No phone was chosen."),
        ({"copy_to": "/nowhere/vault"}, "There is no second vault"),
        ({"copy_to": "b2:bucket"}, "cannot speak to"),
    ],
)
def test_what_makes_no_sense_is_said_on_the_form(site: Site, tmp_path: Path, fields: dict[str, str], said: str) -> None:
    answer = site.visitor().post("/schedules/set", form(tmp_path, **fields))
    assert answer.status_code == 400
    assert said in answer.text
    assert not (state(site) / "schedule.json").exists()


def test_days_that_are_none_are_one(site: Site, tmp_path: Path) -> None:
    visitor = site.visitor()
    for days in ("", "0", "-1", "9999", "x", "٣"):
        assert visitor.post("/schedules/set", form(tmp_path, days=days)).status_code == 303
        assert load_schedule(state(site)).every_days == 1


def test_without_a_password_that_is_there_then(site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PHONEWARD_PASSWORD_FILE")
    answer = site.visitor().post("/schedules/set", form(tmp_path))
    assert answer.status_code == 400
    assert "where nobody can type it" in answer.text
