"""`forget`: what stays and why, what goes, and nothing by accident; the space is freed under the same lock."""

from pathlib import Path

import msgspec
import pytest

from phoneward.vault import LocalStorage, Snapshot, load_snapshots, open_repository, save_snapshot
from tests.cli import terminal
from tests.cli.conftest import Stocked
from tests.cli.program import Program
from tests.tools import restic as restic_tool
from tests.tools.restic import Restic
from tests.vault.walker import walk


def _ids(program: Program) -> list[str]:
    return [snapshot["id"] for snapshot in program.run("snapshots", "--json").documents]


def test_the_table_says_what_stays_and_why(stocked: Stocked, copied: Program) -> None:
    ran = copied.run("forget", "--keep-last", "1", "--dry-run")
    assert (ran.code, ran.stderr) == (0, "")
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert [line[4:] for line in lines if line[:1] == [stocked.ids[1][:8]]] == [["yes", "one", "of", "the", "last"]]
    assert [line[4:] for line in lines if line[:1] == [stocked.ids[0][:8]]] == [["no"]]
    assert "1 snapshot would be removed. Nothing was changed." in ran.stdout
    assert _ids(copied) == list(stocked.ids)


def test_prune_in_one_go(stocked: Stocked, copied: Program, tmp_path: Path) -> None:
    def size() -> int:
        return sum(path.stat().st_size for path in (tmp_path / "vault" / "data").rglob("*") if path.is_file())

    before = size()
    ran = copied.run("forget", "--keep-last", "1", "--prune", "--json")
    assert ran.code == 0, ran.stderr
    summary = ran.documents[-1]
    assert (summary["removed"], summary["kept"], summary["dry_run"]) == ([stocked.ids[0]], 1, False)
    assert summary["prune"]["ok"] is True
    assert _ids(copied) == [stocked.ids[1]]
    assert size() < before
    judge = Restic(
        restic_tool.restic(restic_tool.ALL_RESTICS[-1]), tmp_path / "vault", "stocked", tmp_path / "cache"
    )  # fmt: skip
    assert "no errors were found" in judge.check()
    judge.restore("latest", tmp_path / "restored")
    assert walk(tmp_path / "restored" / "shared") == walk(stocked.phone)


def test_json_has_restics_groups(copied: Program, tmp_path: Path) -> None:
    judge = Restic(
        restic_tool.restic(restic_tool.ALL_RESTICS[-1]), tmp_path / "vault", "stocked", tmp_path / "cache"
    )  # fmt: skip
    rules = ("--keep-last", "1", "--keep-within", "1y", "--keep-tag", "phoneward")
    (theirs,) = judge.json("forget", "--dry-run", *rules)
    ours, summary = copied.run("forget", "--dry-run", "--json", *rules).documents
    assert ours["host"] == theirs["host"]
    assert ours["paths"] == theirs["paths"]
    assert [s["id"] for s in ours["keep"]] == [s["id"] for s in theirs["keep"]]
    for mine, other in zip(ours["reasons"], theirs["reasons"], strict=True):
        assert mine["snapshot"]["id"] == other["snapshot"]["id"]
        assert mine["matches"] == other["matches"]
    assert summary["prune"] is None


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        ([], 2, "no-keep-rule"),
        (["--keep-last", "0"], 2, "no-keep-rule"),
        (["--prune"], 2, "no-keep-rule"),
        (["--keep-last", "-2"], 2, "not-a-count"),
        (["--keep-last", "٣"], 2, "not-a-count"),
        (["--keep-daily", "\x1b[2Jmany"], 2, "not-a-count"),
        (["--keep-within", "3 weeks"], 2, "not-a-span"),
        (["--keep-within", "-3d"], 2, "not-a-span"),
        (["--keep-last", "1", "--group-by", "colour"], 2, "not-a-choice"),
        (["latest", "--keep-last", "1"], 2, "not-together"),
        (["latest", "--host", "x"], 2, "not-together"),
        (["--keep-tag", "nobody has it"], 1, "group-would-vanish"),
        (["0000"], 1, "snapshot-not-found"),
    ],
)
def test_nothing_goes_by_accident(words: list[str], code: int, error: str, stocked: Stocked) -> None:
    ran = stocked.program.run("forget", *words, "--json")
    assert (ran.code, ran.stdout, ran.complaint["code"]) == (code, "", error)
    assert "\x1b" not in ran.stderr
    assert _ids(stocked.program) == list(stocked.ids)


def test_unlimited_keeps_all(stocked: Stocked) -> None:
    for word in ("unlimited", "-1"):
        assert stocked.program.run("forget", "--keep-last", word, "--json").documents[-1]["removed"] == []


def test_the_named_go_whatever_the_rules(stocked: Stocked, copied: Program) -> None:
    ran = copied.run("forget", stocked.ids[0][:8], "latest")
    assert ran.code == 0
    assert ran.stdout.count("as you named it") == 2
    assert "phoneward prune" in ran.stdout
    assert _ids(copied) == []


def test_a_damaged_one_is_named_stays_and_can_be_removed_by_name(
    stocked: Stocked, copied: Program, tmp_path: Path
) -> None:
    path = tmp_path / "vault" / "snapshots" / ("ab" * 32)
    path.write_bytes(b"damaged")
    ran = copied.run("forget", "--keep-last", "1", "--json")
    assert ran.code == 3
    assert ran.documents[-1]["removed"] == [stocked.ids[0]]
    assert path.exists()
    assert copied.run("forget", "--keep-last", "1", "--prune").code == 1, "prune cannot know what that one needs"
    named = copied.run("forget", "abab", "--prune", "--json")
    assert (named.code, named.documents[0]["kind"], named.documents[-1]["removed"]) == (0, "damaged", ["ab" * 32])
    assert not path.exists()


def test_cut_short_ones_and_hostile_labels(copied: Program, tmp_path: Path) -> None:
    repo = open_repository(LocalStorage(tmp_path / "vault"), "stocked")
    newest = load_snapshots(repo)[-1]
    for hostname, paths in (("red\x1b[31m\u202e", ("/\x1b[2J",)), (newest.hostname, ("/partial",))):
        tags = (*newest.tags, "partial") if paths == ("/partial",) else ()
        save_snapshot(
            repo, Snapshot(time_ns=newest.time_ns - 1, tree=newest.tree, paths=paths, hostname=hostname, tags=tags)
        )
    ran = copied.run("forget", "--keep-last", "5")
    assert ran.code == 0
    assert "\x1b" not in ran.stdout
    assert "of a backup that was cut short. A newer one is finished" in ran.stdout
    assert [document["partial"] for document in copied.run("snapshots", "--json").documents] == [False] * 3


def test_another_program_at_work(stocked: Stocked, copied: Program, tmp_path: Path) -> None:
    repo = open_repository(LocalStorage(tmp_path / "vault"), "stocked")
    with repo.lock(exclusive=False):
        ran = copied.run("forget", "--keep-last", "1", "--json")
    assert (ran.code, ran.complaint["code"]) == (11, "repository-locked")
    assert _ids(copied) == list(stocked.ids)


def test_at_a_narrow_terminal(stocked: Stocked) -> None:
    talk = terminal.run(stocked.program, ["forget", "--keep-daily", "3", "--dry-run"], columns=50)
    assert talk.code == 0


def test_a_proof_that_goes_is_not_counted_as_a_snapshot(stocked: Stocked, copied: Program, tmp_path: Path) -> None:
    assert copied.run("restore", stocked.ids[0], "--target", tmp_path / "out", "--verify").code == 0
    ran = copied.run("forget", "--keep-last", "1")
    assert ran.code == 0
    assert "1 later proof about a snapshot that is gone" in ran.stdout
    assert "1 snapshot was removed." in ran.stdout
    assert len(copied.run("snapshots", "--json").documents) == 1


@pytest.mark.parametrize(("answer", "left"), [("", 2), ("yes", 2), (" REMOVE ", 1)])
def test_at_a_terminal_removing_has_to_be_typed(copied: Program, answer: str, left: int) -> None:
    talk = terminal.run(copied, ["forget", "--keep-last", "1"], [("Remove them. ", answer)], columns=120)
    assert talk.code == (0 if left == 1 else 130), talk.screen
    assert talk.screen.index("Remove snapshots from the vault (1)?") < talk.screen.index("Keep everything")
    assert len(_ids(copied)) == left


def test_yes_asks_nothing(copied: Program) -> None:
    talk = terminal.run(copied, ["forget", "--keep-last", "1", "--yes"], columns=120)
    assert (talk.code, len(_ids(copied))) == (0, 1)
    assert "Keep everything" not in talk.screen


def _years(tmp_path: Path) -> list[str]:
    """Put snapshots of five days long ago beside those of the stocked vault; return their names, oldest first."""
    repo = open_repository(LocalStorage(tmp_path / "vault"), "stocked")
    first = load_snapshots(repo)[0]
    return [
        save_snapshot(
            repo, msgspec.structs.replace(first, id=None, time_ns=1_600_000_000 * 10**9 + day * 86_400 * 10**9)
        )
        for day in range(5)
    ]


def test_a_familys_rules(copied: Program, tmp_path: Path) -> None:
    old = _years(tmp_path)
    would = copied.run("forget", "--family", "--dry-run")
    assert would.code == 0, would.stderr
    assert "everything of the last 7 days, one a day for 1 month" in would.stdout
    assert "3 snapshots would be removed" in would.stdout
    assert len(_ids(copied)) == 7
    done = copied.run("forget", "--family", "--prune", "--json")
    assert (done.code, sorted(done.documents[-1]["removed"])) == (0, sorted(old[1:4]))
    assert copied.run("forget", "--family", "--json").documents[-1]["removed"] == []


def test_a_familys_rules_are_changed_and_remembered(copied: Program, tmp_path: Path) -> None:
    _years(tmp_path)
    tried = copied.run("forget", "--family", "--keep-within", "20y", "--remember", "--dry-run")
    assert "0 snapshots would be removed" in tried.stdout
    assert "last 7 days" in copied.run("forget", "--family", "--dry-run").stdout, "a dry run remembers nothing"
    assert copied.run("forget", "--family", "--keep-within", "20y", "--remember", "--yes").code == 0
    again = copied.run("forget", "--family", "--dry-run")
    assert "everything of the last 20 years" in again.stdout
    assert "0 snapshots would be removed" in again.stdout


def test_proofs_that_go_are_said_beside_their_snapshot(copied: Program, tmp_path: Path) -> None:
    old = _years(tmp_path)
    repo = open_repository(LocalStorage(tmp_path / "vault"), "stocked")
    proved = load_snapshots(repo)[1]
    tags = ("phoneward-proof", f"proof-of:{old[1]}")
    save_snapshot(repo, msgspec.structs.replace(proved, id=None, paths=("/proof",), tags=tags))
    would = copied.run("forget", "--family", "--dry-run")
    (line,) = [line for line in would.stdout.splitlines() if line.startswith(old[1][:8])]
    assert "(its 1 proof goes with it)" in line
    assert would.stdout.count("goes with it") == 1


@pytest.mark.parametrize(
    "words",
    [
        ["--family", "--keep-last", "1"],
        ["--family", "--keep-tag", "x"],
        ["--family", "--host", "x"],
        ["--family", "latest"],
        ["--remember", "--keep-last", "1"],
    ],
)
def test_what_does_not_go_with_a_familys_rules(words: list[str], stocked: Stocked) -> None:
    ran = stocked.program.run("forget", *words, "--json")
    assert (ran.code, ran.complaint["code"]) == (2, "not-together")
