"""`stats`: restic's figures, and words for them."""

import shutil

import pytest

from phoneward.cli.stats_cmd import MODES
from phoneward.vault import StatsMode
from tests.cli.conftest import Stocked
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic


@pytest.fixture(scope="module")
def judge(stocked: Stocked, tmp_path_factory: pytest.TempPathFactory) -> Restic:
    place = tmp_path_factory.mktemp("stats")
    shutil.copytree(stocked.vault, place / "copy")
    return Restic(restic_tool.restic(restic_tool.ALL_RESTICS[-1]), place / "copy", "stocked", place / "cache")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("which", [[], ["latest"]])
def test_the_figures_are_restics(mode: str, which: list[str], stocked: Stocked, judge: Restic) -> None:
    ours = stocked.program.run("stats", "--mode", mode, *which, "--json").document
    theirs = judge.json("stats", "--mode", mode, *which)
    assert ours["mode"] == mode
    for key, value in theirs.items():
        assert ours[key] == pytest.approx(value), key


def test_the_modes_are_the_vaults() -> None:
    assert tuple(mode.value for mode in StatsMode) == MODES


def test_words(stocked: Stocked) -> None:
    latest = stocked.program.run("stats", "latest").stdout
    assert latest.startswith("1 snapshot: ")
    assert "Restoring it would take 3" in latest
    everything = stocked.program.run("stats").stdout
    assert "Restoring each of them would take 6" in everything
    raw = stocked.program.run("stats", "--mode", "raw-data").stdout
    assert "2 snapshots take " in raw
    assert "compression saves" in raw
    for mode in ("files-by-contents", "blobs-per-file"):
        assert "with different content" in stocked.program.run("stats", "--mode", mode).stdout


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["--mode", "colour"], 2, "not-a-choice"),
        (["0000"], 1, "snapshot-not-found"),
        (["latest", "--host", "x"], 2, "not-together"),
    ],
)
def test_what_makes_no_sense(words: list[str], code: int, error: str, stocked: Stocked) -> None:
    ran = stocked.program.run("stats", *words, "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (code, "", error)


def test_nobodys_snapshots(stocked: Stocked) -> None:
    assert stocked.program.run("stats", "--host", "nobody", "--json").document["snapshots_count"] == 0


@pytest.mark.parametrize("per", ["phone", "app"])
def test_who_takes_how_much(per: str, stocked: Stocked, judge: Restic) -> None:
    *rows, summary = stocked.program.run("stats", "--per", per, "--json").documents
    assert {row["message_type"] for row in rows} == {"usage"}
    assert summary["total_stored"] == judge.json("stats", "--mode", "raw-data")["total_size"]
    assert summary["total_restore_size"] == judge.json("stats")["total_size"] == sum(row["size"] for row in rows)
    assert summary["total_stored"] == sum(row["alone"] for row in rows) + summary["shared"]
    said = stocked.program.run("stats", "--per", per)
    assert said.code == 0
    assert "2 snapshots take" in said.stdout
    assert ("小米手机" if per == "phone" else "WhatsApp") in said.stdout


def test_per_and_mode_are_two_questions(stocked: Stocked) -> None:
    ran = stocked.program.run("stats", "--per", "app", "--mode", "raw-data", "--json")
    assert (ran.code, ran.complaint["code"]) == (2, "not-together")
    assert stocked.program.run("stats", "--per", "colour", "--json").code == 2
