"""`number leave`, `done`, `remind`: a person gives up a number in good order, or cuts it loose when it is gone."""

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import icalendar
import pytest
from click.testing import CliRunner

from phoneward.cli.app import program
from phoneward.numbers import own_sims
from phoneward.snapshots import load_state
from phoneward.vault import LocalStorage, open_repository
from tests.numbers.sources.made import put_phone, sms_xml
from tests.snapshots.catalogue.histories import new_repository

OLD, NEW = "+8613800138000", "+8613900139000"
NOW = dt.datetime.now(dt.UTC)
ALIPAY = "【支付宝】验证码：482913，您正在登录支付宝，请勿告诉他人。"
ICBC = "【工商银行】您的验证码为123456，用于登录手机银行，请勿告诉他人。"
SHOP = "【某某小店】您的验证码是112233，用于登录，5分钟内有效。"
CODES = ("482913", "123456", "112233")


@dataclass
class Ran:
    code: int
    stdout: str
    stderr: str

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stdout.splitlines()]

    @property
    def steps(self) -> dict[str, dict[str, Any]]:
        return {one["key"]: one for one in self.documents if one["message_type"] == "step"}

    @property
    def error(self) -> str:
        return str(json.loads(self.stderr.splitlines()[-1])["code"])


Run = Callable[..., Ran]


def day(days: int) -> str:
    return (NOW.astimezone().date() + dt.timedelta(days=days)).isoformat()


def sms(body: str, days: float, sim: str = "1") -> dict[str, str]:
    at = NOW + dt.timedelta(days=days)
    return {
        "address": "10690000", "date": str(int(at.timestamp() * 1000)), "type": "1", "body": body, "sub_id": sim
    }  # fmt: skip


FIRST = [sms(ALIPAY, -40), sms(ICBC, -30), sms(SHOP, -3)]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The program in this process, with a vault that holds a phone's messages."""
    repo = new_repository(tmp_path / "vault")
    put_phone(repo, 0, sms_xml(FIRST))
    environment = {
        "PHONEWARD_REPOSITORY": str(tmp_path / "vault"),
        "PHONEWARD_PASSWORD": "x",
        "PHONEWARD_STATE_DIR": str(tmp_path / "state"),
        "PHONEWARD_CACHE_DIR": str(tmp_path / "cache"),
        "PHONEWARD_LANG": "en",
    }

    def go(*words: object, **more: str) -> Ran:
        done = CliRunner().invoke(program, ["number", *map(str, words)], env={**environment, **more})
        return Ran(done.exit_code, done.stdout, done.stderr)

    return go


def snapshot_of(tmp_path: Path, number: int, *messages: dict[str, str]) -> None:
    repo = open_repository(LocalStorage(tmp_path / "vault"), "x")
    repo.load_index()
    put_phone(repo, number, sms_xml([*FIRST, *messages]))


def test_from_the_plan_to_a_number_that_is_free(run: Run, tmp_path: Path) -> None:
    """The whole way: the plan, what is done, what the services' own messages show, and what comes back."""
    first = run("leave", OLD, "--on", day(30), "--own", f"{OLD}=1", "--own", f"{NEW}=2", "--json")
    assert (first.code, first.stderr) == (0, "")
    assert {key: step["state"] for key, step in first.steps.items()} == {
        "alipay": "open", "icbc": "open", "~某某小店": "open"
    }  # fmt: skip
    assert all(day(0) <= step["by"] < day(30) for step in first.steps.values())
    assert first.documents[-1]["kept"] is True

    ran = run("done", "支付宝")
    assert (ran.code, ran.stderr) == (0, "")
    assert "as you said" in ran.stdout
    assert "2 accounts are left to do." in ran.stdout
    assert run("done", "ICBC", "--json").documents[0]["state"] == "done"
    assert run("done", "某某小店", "--undo", "--json").documents[0]["state"] == "open"

    # A bank's code still comes to the old number; the shop writes to the new one.
    snapshot_of(tmp_path, 1, sms(ICBC, 2), sms(SHOP, 1, "2"))
    again = run("leave", "--json")
    assert {key: step["state"] for key, step in again.steps.items()} == {
        "alipay": "done", "icbc": "reopened", "~某某小店": "proved"
    }  # fmt: skip
    assert [step["by"] for step in again.steps.values()] == [step["by"] for step in first.steps.values()]
    assert len(again.steps["icbc"]["still"]) == 1
    shown = run("leave", OLD, "--all").stdout
    assert "messages of theirs still came to the old number" in shown
    assert "Make sure that it is your old account there" in shown
    for text in (first.stdout, again.stdout, shown):
        assert not any(code in text for code in CODES), "no code leaves a message"

    due = run("remind", "--json", "--fail-on", "warning")
    assert due.code == 4
    assert ("reopened", "warning", "icbc") in {
        (one["code"], one["severity"], one["account"]) for one in due.documents[:-1]
    }  # fmt: skip
    assert run("done", "icbc", "--undo", "--json").documents[0]["state"] == "open"
    assert run("leave", OLD, "--drop").code == 0
    assert run("done", "icbc", "--json").error == "no-plan"


def test_a_number_that_is_gone_already(run: Run) -> None:
    """Harm first, no dates to wait for, and for each account the way without the old number."""
    ran = run("leave", OLD, "--on", day(-120), "--json")
    assert {step["group"] for step in ran.steps.values()} == {"after"}
    assert next(iter(ran.steps)) in {"alipay", "icbc"}
    for step in ran.steps.values():
        assert step["by"] is None
        assert any("dated list of sign-ins" in sentence for sentence in step["without_number"])
        assert (step["action"]["room"], step["action"]["verb"]) == ("cases", "demand-access-log")
    summary = ran.documents[-1]
    assert (summary["past"], summary["first_reissue"]) == (True, day(-30))
    shown = run("leave", OLD).stdout
    assert "cut these loose without the old number" in shown
    assert "somebody else may have the number" in shown
    due = run("remind", "--json", "--fail-on", "danger")
    assert due.code == 4
    assert {"left-open", "look-again"} <= {one["code"] for one in due.documents[:-1]}


def test_from_a_file_alone(run: Run, tmp_path: Path) -> None:
    """Without a vault: the plan, the calendar and the page; and it is said that nothing is kept."""
    file = tmp_path / "sms.xml"
    file.write_bytes(sms_xml(FIRST))
    words = ("leave", OLD, "--on", day(30), "--sms", file, "--ics", tmp_path / "p.ics", "--html", tmp_path / "p.html")
    ran = run(*words, PHONEWARD_REPOSITORY="")
    assert (ran.code, ran.stderr) == (0, "")
    assert "Nothing of it is kept: noting what is done needs a vault." in ran.stdout
    assert "tells its provider these names" in ran.stdout
    events = icalendar.Calendar.from_ical((tmp_path / "p.ics").read_bytes()).walk("VEVENT")
    assert len(events) == 3 + 3
    page = (tmp_path / "p.html").read_text("utf-8")
    assert page.count('class="box"') == 3
    assert run(*words, PHONEWARD_REPOSITORY="").code == 0, "an earlier one is replaced"
    for mine in ("mine", "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Somebody//EN\r\nEND:VCALENDAR\r\n"):
        (tmp_path / "p.ics").write_text(mine)
        assert run(*words, "--json", PHONEWARD_REPOSITORY="").error == "not-a-report"
        assert (tmp_path / "p.ics").read_bytes() == mine.encode()
    assert not any(code in page or code in str(events) for code in CODES)


def test_in_chinese(run: Run) -> None:
    """Names, headings, steps."""
    shown = run("leave", OLD, "--on", day(30), "--lang", "zh_CN").stdout
    assert "支付宝" in shown
    assert "先办：趁旧号码还能用" in shown
    assert "138 0013 8000 将于" in shown
    assert "半年" in run("remind", "--lang", "zh_CN").stdout


def test_nothing_is_kept_where_nothing_is_to_be(run: Run) -> None:
    """--dry-run shows the plan and keeps no day."""
    assert run("leave", OLD, "--on", day(30), "--dry-run", "--json").documents[-1]["kept"] is False
    assert run("leave", OLD, "--json").error == "no-day"


def test_looks_that_were_taken(run: Run) -> None:
    """Half a year's peace."""
    assert "review" in {one["code"] for one in run("remind", "--json").documents[:-1]}
    assert "review" not in {one["code"] for one in run("remind", "--looked", "--json").documents[:-1]}
    assert run("remind", "--fail-on", "warning").code == 0


def test_a_number_on_which_nothing_came(run: Run, tmp_path: Path) -> None:
    """A slip in a digit is named, looks like no clean number, and does not become one of theirs."""
    ran = run("leave", "+8613800138001", "--on", day(30), "--own", f"{OLD}=1")
    assert "Is it written right?" in ran.stdout
    repo = open_repository(LocalStorage(tmp_path / "vault"), "x")
    repo.load_index()
    assert own_sims(load_state(repo)) == {OLD: {"1"}}


def test_an_export_alone_needs_no_vault(run: Run, tmp_path: Path) -> None:
    """Where none is named; where one is, it is looked at too."""
    export = tmp_path / "export.csv"
    export.write_text("name,url,username,password,note\nx,https://accounts.google.com,13800138000,secret,\n")
    words = ("leave", OLD, "--on", day(30), "--passwords", export, "--json")
    assert set(run(*words, PHONEWARD_REPOSITORY="").steps) == {"google"}
    assert set(run(*words).steps) == {"google", "alipay", "icbc", "~某某小店"}


def test_a_vault_without_a_snapshot(run: Run, tmp_path: Path) -> None:
    """Nothing can be listed; a plan can be made all the same, and says that nothing was looked at."""
    new_repository(tmp_path / "empty")
    empty = {"PHONEWARD_REPOSITORY": str(tmp_path / "empty")}
    assert run("scan", "--json", **empty).error == "no-snapshots"
    ran = run("leave", OLD, "--on", day(30), **empty)
    assert ran.code == 0
    assert "There is no snapshot of a phone" in ran.stdout


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["leave", "wechat", "--on", "2027-01-31"], 2, "not-a-number"),
        (["leave", OLD, "--on", "soon"], 2, "no-such-day"),
        (["leave", OLD, "--on", "2027-02-30"], 2, "no-such-day"),
        (["leave", OLD], 2, "no-day"),
        (["leave", OLD, "--on", "2027-01-31", "--ics", "/nowhere/x.ics"], 1, "report-unwritable"),
        (["leave", OLD, "--drop"], 1, "no-plan"),
        (["leave"], 1, "no-plan"),
        (["done", "alipay"], 1, "no-plan"),
        (["done"], 2, "missing-argument"),
        (["remind", "--fail-on", "all"], 2, "not-a-choice"),
    ],
)  # fmt: skip
def test_what_makes_no_sense(words: list[str], code: int, error: str, run: Run) -> None:
    """Two sentences, and nothing is kept."""
    ran = run(*words, "--json")
    assert (ran.code, ran.error, ran.stdout) == (code, error, "")


def test_which_account_is_meant(run: Run) -> None:
    """By any of its names; a slip is answered with the name that was probably meant."""
    run("leave", OLD, "--on", day(30))
    for name in ("alipay", "Alipay", "支付宝", "ALIPAY", "icbc", "工商银行", "某某小店", "~某某小店", "某某"):
        assert run("done", name).code == 0, name
    for name, advice in (("alipey", "Did you mean Alipay?"), ("no such thing at all", "lists them")):
        ran = run("done", name)
        assert ran.code == 1
        assert advice in ran.stderr
