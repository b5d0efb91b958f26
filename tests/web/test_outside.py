"""What each page's foot says of what goes out: true for a vault on this computer or a server, and for copies there."""

import datetime as dt
from pathlib import Path

import msgspec
import pytest

from phoneward.schedules.settings_file import Password, Schedule, Target, save_schedule
from phoneward.settings import Overrides, Settings, load
from tests.web.site import PASSWORD, Site, make_settings, serving

NOTHING = "Nothing here goes out by itself."
ENCRYPTED = "is encrypted before it leaves, and goes only to the"
ONE, TWO = "only to the server that you named.", "only to the 2 servers that you named."
CHINESE = "在离开电脑之前就已加密"
FAR = "rest:http://127.0.0.1:1/v/"
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SCHEDULE = Schedule(
    vault="/vault",
    every_days=1,
    at="20:00",
    first=LONG_AGO.date(),
    set_at=LONG_AGO,
    targets=(Target(folder="/card", name="card"),),
    password=Password("keyring"),
)


def foot(site: Site, language: str = "en") -> str:
    """Return what stands under every page; also under one that says that the vault's server does not answer."""
    answer = site.stranger().get("/", headers={"accept-language": language})
    return " ".join(answer.text.partition("<footer>")[2].partition("</footer>")[0].split())


def far(tmp_path: Path, place: str) -> Settings:
    overrides = Overrides(place, None, str(tmp_path / "state"), str(tmp_path / "cache"))
    return load(overrides, {"PHONEWARD_PASSWORD": PASSWORD})


def test_a_vault_on_this_computer(tmp_path: Path) -> None:
    with serving(make_settings(tmp_path)) as site:
        assert NOTHING in site.visitor().get("/settings").text
        assert NOTHING in foot(site)
        assert "不会自己传出去" in foot(site, "zh-CN")


@pytest.mark.parametrize("place", [FAR, "s3:https://anna:s3cret@127.0.0.1:1/b/v", "sftp:anna@nowhere.invalid:/v"])
def test_a_vault_elsewhere(tmp_path: Path, place: str) -> None:
    with serving(far(tmp_path, place)) as site:
        said = foot(site)
        assert ENCRYPTED in said
        assert ONE in said
        assert NOTHING not in said
        assert "127.0.0.1" not in said + foot(site, "zh-CN")  # nobody is let in yet
        assert CHINESE in foot(site, "zh-CN")


@pytest.mark.parametrize(("place", "copies", "said"), [("", FAR, ONE), (FAR, "s3:127.0.0.1/b", TWO), (FAR, FAR, ONE)])
def test_copies_that_go_out_by_themselves(tmp_path: Path, place: str, copies: str, said: str) -> None:
    settings = far(tmp_path, place) if place else make_settings(tmp_path)
    settings.state_dir.mkdir(exist_ok=True)
    save_schedule(settings.state_dir, msgspec.structs.replace(SCHEDULE, copy_to=copies))
    with serving(settings) as site:
        assert said in foot(site)
        assert NOTHING not in foot(site)


@pytest.mark.parametrize("place", ["", "b2:bucket:/v"])
def test_no_place_or_one_that_nobody_can_speak_to(tmp_path: Path, place: str) -> None:
    with serving(far(tmp_path, place)) as site:
        assert NOTHING in foot(site)
