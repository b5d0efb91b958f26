"""Keep-rules and what surrounds them. That the rules are restic's is shown in tests/interop/test_forget_interop.py."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.vault.blobs import BlobId, FileId, FileType
from phoneward.vault.errors import GroupWouldVanishError, LockLostError, NoKeepRuleError, StorageDeniedError
from phoneward.vault.forget import (
    UNLIMITED,
    KeepPolicy,
    Span,
    apply_policy,
    parse_span,
    plan_groups,
    remove_snapshots,
)
from phoneward.vault.repository import Repository, init_repository
from phoneward.vault.snapshot_files import Snapshot, save_snapshot
from phoneward.vault.snapshot_filter import GroupBy, SnapshotFilter, has_tags, parse_group_by, parse_tag_list
from phoneward.vault.storage.local import LocalStorage
from tests.vault.cheap import insecure_test_cost

NOW = int(dt.datetime(2026, 6, 1, tzinfo=dt.UTC).timestamp()) * 10**9
TREE = BlobId(bytes(32))
EACH = GroupBy(host=True, paths=True, tags=False)


def at(text: str, **fields: object) -> Snapshot:
    """A snapshot of a time in UTC; its id is the time."""
    moment = int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp())
    known: dict[str, object] = {"hostname": "h", "paths": ("/",), **fields}
    return Snapshot(id=FileId(text), time_ns=moment * 10**9, tree=TREE, **known)  # type: ignore[arg-type]


def kept(snapshots: list[Snapshot], policy: KeepPolicy) -> dict[str, list[str]]:
    keep, _remove = apply_policy(snapshots, policy, now_ns=NOW, local=lambda _seconds: 0)
    return {str(snapshot.id): [str(reason) for reason in reasons] for snapshot, reasons in keep}


def test_the_newest_of_each_day_and_the_oldest_of_all() -> None:
    snapshots = [at("2026-01-01 08:00"), at("2026-01-01 20:00"), at("2026-01-02 08:00"), at("2026-01-02 09:00")]
    assert kept(snapshots, KeepPolicy(daily=5)) == {
        "2026-01-02 09:00": ["daily snapshot"],
        "2026-01-01 20:00": ["daily snapshot"],
        "2026-01-01 08:00": ["oldest daily snapshot"],
    }
    assert list(kept(snapshots, KeepPolicy(daily=2))) == ["2026-01-02 09:00", "2026-01-01 20:00"]


def test_the_day_is_that_of_the_clock_it_was_written_with() -> None:
    late = at("2026-01-01 23:30")
    assert len(kept([late, at("2026-01-02 00:30")], KeepPolicy(daily=1))) == 1
    both = [at("2026-01-01 22:30", utc_offset=120), at("2026-01-01 23:30", utc_offset=120), at("2026-01-01 21:00")]
    assert kept(both, KeepPolicy(daily=2)) == {
        "2026-01-01 23:30": ["daily snapshot"],
        "2026-01-01 21:00": ["daily snapshot"],  # not "oldest": it is of another day
    }


def test_a_span_is_counted_from_the_newest_but_never_from_the_future() -> None:
    future = at("2030-01-01 00:00")
    snapshots = [at("2026-01-01 00:00"), at("2025-12-31 00:00"), at("2025-12-30 00:00"), future]
    assert kept(snapshots, KeepPolicy(within=parse_span("2d"))) == {
        "2030-01-01 00:00": ["within 2d"],
        "2026-01-01 00:00": ["within 2d"],
        "2025-12-31 00:00": ["within 2d"],
    }
    assert len(kept([future, at("2029-01-01 00:00")], KeepPolicy(within=Span(hours=1)))) == 2, "nobody's newest"


def test_every_reason_in_restics_words() -> None:
    snapshots = [at("2026-01-01 00:00", tags=("a", "b"))]
    span = parse_span("1y5m7d2h")
    everything = KeepPolicy(
        UNLIMITED, 1, 1, 1, 1, 1, span, span, span, span, span, span, tags=(("b", "a"), ("c",))
    )  # fmt: skip
    assert kept(snapshots, everything)["2026-01-01 00:00"] == [
        "has tags [b, a]", "within 1y5m7d2h", "last snapshot", "hourly snapshot", "daily snapshot", "weekly snapshot",
        "monthly snapshot", "yearly snapshot", "hourly within 1y5m7d2h", "daily within 1y5m7d2h",
        "weekly within 1y5m7d2h", "monthly within 1y5m7d2h", "yearly within 1y5m7d2h",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("6y5m234d37h", Span(6, 5, 234, 37)),
        (" 2h ", Span(hours=2)),
        ("3d1y", Span(years=1, days=3)),
        ("1d2d", Span(days=2)),
        ("", Span()),
        ("0d", Span()),
    ],
)
def test_spans(text: str, span: Span) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["5", "d", "-5d", "5d 3h", "5w", "1,5d", "٣d", "1234567d", "5d\n5"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="span"):
        parse_span(text)


@given(st.text(max_size=20))
def test_any_text_is_a_span_or_refused(text: str) -> None:
    try:
        span = parse_span(text)
    except ValueError:
        return
    assert parse_span(str(span)) == span


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1, max_size=20, unique=True), st.integers(-900, 900), st.data())
def test_any_times_and_rules(times: list[int], offset: int, data: st.DataObject) -> None:
    """Whatever the times: each snapshot is kept or removed, the newest is kept by any count, more keeps more."""
    snapshots = [
        Snapshot(id=FileId(str(n)), time_ns=t, utc_offset=offset, tree=TREE, paths=()) for n, t in enumerate(times)
    ]
    count = st.sampled_from([0, 0, 1, 3, UNLIMITED])
    counts = data.draw(st.tuples(count, count, count, count, count, count))
    span = data.draw(st.builds(Span, *[st.integers(0, 999_999)] * 4))
    last, hourly, daily, weekly, monthly, yearly = counts
    policy = KeepPolicy(last, hourly, daily, weekly, monthly, yearly, within_weekly=span)
    keep, remove = apply_policy(snapshots, policy, now_ns=NOW, local=lambda _seconds: 3600)
    assert {s.id for s, _why in keep} | {s.id for s in remove} == {s.id for s in snapshots}
    assert len(keep) + len(remove) == len(snapshots)
    if any(counts):
        assert keep[0].snapshot.time_ns == max(times)
    last, hourly, daily, weekly, monthly, yearly = (UNLIMITED if number else 0 for number in counts)
    wider = KeepPolicy(last, hourly, daily, weekly, monthly, yearly, within_weekly=span)
    more, _fewer = apply_policy(snapshots, wider, now_ns=NOW)
    assert {s.id for s, _why in keep} <= {s.id for s, _why in more}


def test_nothing_goes_without_a_rule_and_no_series_whole() -> None:
    snapshots = [at("2026-01-01 00:00"), at("2026-01-02 00:00", hostname="other", tags=("x",))]
    with pytest.raises(NoKeepRuleError):
        plan_groups(snapshots, KeepPolicy(), EACH, now_ns=NOW)
    with pytest.raises(GroupWouldVanishError) as caught:
        plan_groups(snapshots, KeepPolicy(tags=(("x",),)), EACH, now_ns=NOW)
    assert "h, /" in caught.value.sentence()


def test_tags_and_groupings() -> None:
    assert parse_tag_list(" a, b") == ("a", "b")
    tagged, plain = at("2026-01-01 00:00", tags=("b", "a")), at("2026-01-01 01:00")
    assert [has_tags(s, ("a", "b")) for s in (tagged, plain)] == [True, False]
    assert [has_tags(s, ("",)) for s in (tagged, plain)] == [False, True]
    assert parse_group_by("hosts,tag") == GroupBy(host=True, paths=False, tags=True)
    assert parse_group_by("") == GroupBy(host=False, paths=False, tags=False)
    with pytest.raises(ValueError, match="nonsense"):
        parse_group_by("host,nonsense")
    assert SnapshotFilter(paths=("/",)).matches(plain)
    assert not SnapshotFilter(paths=("/", "/x")).matches(plain)
    assert SnapshotFilter(paths=("/x",)).matches_owner(plain)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return init_repository(LocalStorage(tmp_path / "repo"), "x", kdf=insecure_test_cost())


def _stored(repo: Repository, count: int) -> list[FileId]:
    return [save_snapshot(repo, Snapshot(time_ns=number, tree=TREE, paths=("/",))) for number in range(count)]


def test_what_is_named_goes_and_what_is_gone_already_is_no_trouble(repo: Repository) -> None:
    names = _stored(repo, 3)
    repo.remove_unpacked(FileType.SNAPSHOT, names[1])
    with repo.lock(exclusive=True) as lock:
        done = remove_snapshots(repo, names[:2], lock)
    assert (done.removed, done.failed) == (names[:2], {})
    assert [file.name for file in repo.list_files(FileType.SNAPSHOT)] == names[2:]


def test_one_that_cannot_be_removed_keeps_no_other(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    names = _stored(repo, 3)
    remove = repo.storage.remove

    def refuse(file_type: FileType, name: FileId) -> None:
        if name == names[0]:
            raise StorageDeniedError(path="p", detail="d")
        remove(file_type, name)

    monkeypatch.setattr(repo.storage, "remove", refuse)
    with repo.lock(exclusive=True) as lock:
        done = remove_snapshots(repo, names, lock)
    assert done.removed == names[1:]
    assert isinstance(done.failed[names[0]], StorageDeniedError)


def test_nothing_goes_once_the_lock_is_gone(repo: Repository) -> None:
    names = _stored(repo, 2)
    with repo.lock(exclusive=True) as lock:
        assert repo.unlock(remove_all=True) == 1
        with pytest.raises(LockLostError):
            remove_snapshots(repo, names, lock)
    assert len(list(repo.list_files(FileType.SNAPSHOT))) == 2
