"""restic's three versions judge our keep-rules: hundreds of random histories, the same snapshots kept and removed."""

import datetime as dt
import random
import time
import zoneinfo
from pathlib import Path
from typing import Any

import pytest

from phoneward.vault.blobs import BlobId, BlobType, FileId
from phoneward.vault.forget import UNLIMITED, KeepPolicy, parse_span, plan_groups
from phoneward.vault.repository import Repository
from phoneward.vault.snapshot_files import Snapshot, load_snapshots, save_snapshot
from phoneward.vault.snapshot_filter import SnapshotFilter, parse_group_by, parse_tag_list
from phoneward.vault.trees import encode_tree
from tests.interop.treewriter import PASSWORD, new_repository
from tests.tools.restic import ALL_RESTICS, Restic, restic

HISTORIES = 60
"""Histories in one vault: each of a host of its own, so that restic judges all in one run."""
DAY = 86_400 * 10**9
YEAR_2020 = 1_577_836_800 * 10**9

_COUNTS = ("last", "hourly", "daily", "weekly", "monthly", "yearly")
_SPANS = ("", "-hourly", "-daily", "-weekly", "-monthly", "-yearly")


def _offset_at(zone: zoneinfo.ZoneInfo, seconds: int) -> int:
    """Seconds east of UTC, from Python's own reading of the time zone's rules."""
    moment = dt.datetime.fromtimestamp(0, dt.UTC) + dt.timedelta(seconds=seconds)
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds())


def _history(chance: random.Random, zone: zoneinfo.ZoneInfo) -> list[tuple[int, int]]:
    """Distinct times (nanoseconds) with the offsets, in minutes, that they are written with."""
    spread = chance.choice([3600 * 10**9, DAY, 30 * DAY, 400 * DAY, 4000 * DAY])
    start = YEAR_2020 + chance.randrange(4000 * DAY)
    if chance.random() < 0.1:
        start = time.time_ns() + 50 * 365 * DAY  # a clock that went wrong: nobody's newest
    times = {start - chance.randrange(spread) for _ in range(chance.randrange(1, 30))}
    if chance.random() < 0.4:  # whole hours and days, where boundaries are
        step = chance.choice([3600 * 10**9, DAY])
        times = {moment // step * step for moment in times}
    fixed = chance.choice([None, 0, 60, 120, -480, 345, 840, -720])
    return [
        (moment, _offset_at(zone, moment // 10**9) // 60 if fixed is None else fixed) for moment in sorted(times)
    ]  # fmt: skip


def _policy(chance: random.Random) -> tuple[KeepPolicy, list[str]]:
    """A policy, and restic's options for it."""
    fields: dict[str, Any] = {}
    words: list[str] = []
    for name in chance.sample(_COUNTS, chance.randrange(0, 4)):
        fields[name] = chance.choice([1, 2, 3, 7, 12, UNLIMITED])
        words += [f"--keep-{name}", "unlimited" if fields[name] == UNLIMITED else str(fields[name])]
    for name in chance.sample(_SPANS, chance.randrange(0, 3)):
        span = chance.choice(["1y", "5m", "7d", "2h", "1y5m7d2h", "31d", "1m", "13m", "24h", "400d"])
        fields["within" + name.replace("-", "_")] = parse_span(span)
        words += [f"--keep-within{name}", span]
    if chance.random() < 0.3:
        fields["tags"] = tuple(map(parse_tag_list, ("gold", "red,blue")))
        words += ["--keep-tag", "gold", "--keep-tag", "red,blue"]
    if not fields or set(fields) <= {"tags"}:
        fields["last"] = 1
        words += ["--keep-last", "1"]
    return KeepPolicy(**fields), words


def _fill(repo: Repository, chance: random.Random, zone: zoneinfo.ZoneInfo) -> None:
    with repo.writer() as writer:
        tree = writer.put(BlobType.TREE, encode_tree([])).result()
        writer.flush()
    for number in range(HISTORIES):
        for moment, offset in _history(chance, zone):
            tags = tuple(chance.sample(["gold", "red", "blue"], chance.randrange(3)))
            _save(repo, moment, tree, utc_offset=offset, hostname=f"host{number}", tags=tags)


def _save(repo: Repository, moment: int, tree: BlobId, **fields: Any) -> FileId:
    return save_snapshot(repo, Snapshot(time_ns=moment, tree=tree, paths=("/p",), **fields))


def _theirs(judge: Restic, words: list[str]) -> dict[str, tuple[dict[str, list[str]], set[str]]]:
    """Return, per host: what is kept (in restic's order) with the reasons, and what is removed."""
    answer = judge.json("forget", "--dry-run", "--no-lock", *words)
    return {
        group["host"]: (
            # 0.14 writes no ID beside a reason; the reasons stand in the order of what is kept.
            {
                snapshot["id"]: reason["matches"]
                for snapshot, reason in zip(group["keep"] or (), group["reasons"] or (), strict=True)
            },
            {snapshot["id"] for snapshot in group["remove"] or ()},
        )
        for group in answer
    }


def _as_of(
    version: str, kept: dict[FileId | None, list[str]], gone: set[FileId | None]
) -> tuple[dict[FileId | None, list[str]], set[FileId | None]]:
    """Return what this version of restic makes of it: 0.14 knew no `oldest` yet, for which we follow the newer ones."""
    if version != "0.14":
        return kept, gone
    older = {name: [reason for reason in reasons if "oldest" not in reason] for name, reasons in kept.items()}
    return (
        {name: reasons for name, reasons in older.items() if reasons},
        gone | {name for name, reasons in older.items() if not reasons},
    )


@pytest.mark.parametrize("place", ["Europe/Berlin", "UTC", "America/St_Johns"])
def test_the_same_is_kept_for_the_same_reasons(place: str, tmp_path: Path) -> None:
    chance = random.Random(place)
    zone = zoneinfo.ZoneInfo(place)
    repo = new_repository(tmp_path / "repo")
    _fill(repo, chance, zone)
    snapshots = load_snapshots(repo)
    judges = {
        version: Restic(restic(version), tmp_path / "repo", PASSWORD, tmp_path / version, {"TZ": place})
        for version in ALL_RESTICS
    }
    removed = 0
    for _round in range(10):
        policy, words = _policy(chance)
        groups = plan_groups(
            snapshots, policy, parse_group_by("host,paths"), now_ns=time.time_ns(), local=lambda s: _offset_at(zone, s)
        )
        ours = {
            group.key.host: (
                {kept.snapshot.id: [str(reason) for reason in kept.reasons] for kept in group.keep},
                {snapshot.id for snapshot in group.remove},
            )
            for group in groups
        }
        assert len(ours) == HISTORIES
        removed += sum(len(group.remove) for group in groups)
        for version, judge in judges.items():
            if version == "0.14" and "unlimited" in words:
                continue  # it had no word for that yet
            theirs = _theirs(judge, words)
            for host, expected in ours.items():
                kept, gone = _as_of(version, *expected)
                assert (theirs[host or ""], list(theirs[host or ""][0])) == ((kept, gone), list(kept)), (
                    version, words, host,
                )  # fmt: skip
    assert removed > HISTORIES, "rules that remove nothing show nothing"


@pytest.mark.parametrize("grouping", ["host,paths", "host", "paths,tags", "tag", ""])
def test_groups_and_filters_are_restics(grouping: str, restic_program: Path, tmp_path: Path) -> None:
    chance = random.Random(grouping)
    repo = new_repository(tmp_path / "repo")
    with repo.writer() as writer:
        tree = writer.put(BlobType.TREE, encode_tree([])).result()
        writer.flush()
    for moment in sorted({YEAR_2020 + chance.randrange(100 * DAY) for _ in range(60)}):
        save_snapshot(
            repo,
            Snapshot(
                time_ns=moment,
                tree=tree,
                paths=tuple(chance.sample(["/a", "/b"], chance.randrange(1, 3))),
                hostname=chance.choice(["one", "two"]),
                tags=tuple(chance.sample(["x", "y"], chance.randrange(3))),
            ),
        )
    judge = Restic(restic_program, tmp_path / "repo", PASSWORD, tmp_path / "cache")
    snapshots = load_snapshots(repo)
    for words, chosen in (
        ([], SnapshotFilter()),
        (["--host", "one"], SnapshotFilter(hosts=("one",))),
        (["--tag", "x,y", "--tag", ""], SnapshotFilter(tags=(("x", "y"), ("",)))),
        (["--path", "/a", "--path", "/b"], SnapshotFilter(paths=("/a", "/b"))),
        (["--tag", "y", "--host", "two", "--path", "/b"], SnapshotFilter(("two",), (("y",),), ("/b",))),
    ):
        groups = plan_groups(
            [s for s in snapshots if chosen.matches(s)],
            KeepPolicy(last=1),
            parse_group_by(grouping),
            now_ns=time.time_ns(),
        )
        answer = judge.json("forget", "--dry-run", "--no-lock", "--keep-last", "1", "--group-by", grouping, *words)
        theirs = [
            (
                group["host"] or None,
                sorted(group["paths"] or ()),
                sorted(group["tags"] or ()),
                [snapshot["id"] for snapshot in group["keep"]],
                [snapshot["id"] for snapshot in group["remove"] or ()],
            )
            for group in answer
        ]
        ours = [
            (
                group.key.host,
                sorted(group.key.paths or ()),
                sorted(group.key.tags or ()),
                [kept.snapshot.id for kept in group.keep],
                [snapshot.id for snapshot in group.remove],
            )
            for group in groups
        ]
        assert sorted(ours, key=str) == sorted(theirs, key=str), words
