"""The coverage a page shows: small, kept, and of 50,000 gaps a page at a time."""

import datetime as dt
from pathlib import Path

import pytest

from phoneward.snapshots import (
    ApkState,
    AppCoverage,
    Catalogue,
    Coverage,
    CoverageMissingError,
    Gap,
    Proof,
    ProofLevel,
    State,
    Totals,
    encode_coverage,
)
from phoneward.vault import Repository, open_repository
from tests.snapshots.catalogue.histories import File, all_pages, forget, new_repository, put_snapshot

TAKEN = dt.datetime(2026, 5, 4, 3, 2, 1, tzinfo=dt.UTC)


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


def app(package: str, state: State, lost: int | None = None, *, is_system: bool = False) -> AppCoverage:
    return AppCoverage(
        package, 0, "1", 1, is_system, state, "no-access", "", ApkState.KEPT, 1, 2, lost, lost
    )  # fmt: skip


APPS = [
    app("com.tencent.mm", State.OUT_OF_REACH, 11_000),
    app("com.bank", State.OUT_OF_REACH),
    app("com.small", State.PART, 5),
    app("com.fine", State.KEPT, 99_999_999),
    app("com.own", State.OWN_BACKUP),
    app("android", State.OUT_OF_REACH, 10**12, is_system=True),
]


def document(gaps: int = 0) -> Coverage:
    return Coverage(
        format=1,
        device="phone",
        label="My phone",
        taken=TAKEN,
        complete=False,
        partial=False,
        proof=Proof(ProofLevel.STORED, TAKEN),
        totals=Totals(1, 2, 3, 4, 5, 6),
        storages=[],
        apps=APPS,
        gap_counts={"denied": gaps},
        gaps=[Gap(f"/sdcard/Äpfel/{n:05}", "denied" if n % 2 else "torn") for n in range(gaps)],
        not_checked={"what": "words"},
    )


def test_the_summary(repo: Repository, tmp_path: Path) -> None:
    snapshot = put_snapshot(repo, {b"coverage.json": File(encode_coverage(document(40)))})
    summary = Catalogue(repo, tmp_path / "cache").coverage_summary(snapshot)
    assert (summary.snapshot, summary.device, summary.taken, summary.gaps) == (snapshot.id, "phone", TAKEN, 40)
    assert summary.apps == {State.OUT_OF_REACH: 2, State.PART: 1, State.KEPT: 1, State.OWN_BACKUP: 1}
    assert summary.system_apps == {State.OUT_OF_REACH: 1}
    assert [one.package for one in summary.worst_apps] == ["com.tencent.mm", "com.small", "com.bank"]
    assert (summary.totals, summary.not_checked) == (document().totals, 1)


def test_what_is_kept_needs_no_vault(repo: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = put_snapshot(repo, {b"coverage.json": File(encode_coverage(document(500)))})
    first = Catalogue(repo, tmp_path / "cache")
    assert first.build()
    view = first.coverage(snapshot)
    fresh = open_repository(repo.storage, "x")
    monkeypatch.setattr(fresh, "load_index", None)
    again = Catalogue(fresh, tmp_path / "cache")
    assert again.coverage_summary(snapshot) == first.coverage_summary(snapshot)
    assert again.coverage(snapshot) == view
    assert view.coverage.snapshot == snapshot.id


def test_pages_of_long_lists(repo: Repository, tmp_path: Path) -> None:
    made = document(50_000)
    snapshot = put_snapshot(repo, {b"coverage.json": File(encode_coverage(made))})
    view = Catalogue(repo, tmp_path / "cache").coverage(snapshot)
    assert view.gaps(3, 100).rows == tuple(made.gaps[200:300])
    assert view.gaps(1, 10, reason="torn").total == 25_000
    assert [gap.path for gap in view.gaps(1, 10, text="äpfel/00007").rows] == ["/sdcard/Äpfel/00007"]
    assert all_pages(lambda n: view.apps(n, 2)) == APPS
    assert view.apps(states=frozenset({State.PART})).rows == (APPS[2],)
    assert view.apps(system=True).rows == (APPS[5],)
    assert view.apps(system=False, text="TENCENT").rows == (APPS[0],)
    assert view.apps(99).rows == ()
    assert view.storages().total == 0


@pytest.mark.parametrize("content", [None, b"{}", b'{"format":2}', b"\xff" * 9])
def test_no_coverage(repo: Repository, tmp_path: Path, content: bytes | None) -> None:
    snapshot = put_snapshot(repo, {} if content is None else {b"coverage.json": File(content)})
    catalogue = Catalogue(repo, tmp_path / "cache")
    assert catalogue.build()
    for ask in (catalogue.coverage, catalogue.coverage_summary):
        with pytest.raises(CoverageMissingError):
            ask(snapshot)


def test_no_coverage_where_a_folder_bears_its_name(repo: Repository, tmp_path: Path) -> None:
    snapshot = put_snapshot(repo, {b"coverage.json": {b"x": File(b"")}})
    with pytest.raises(CoverageMissingError):
        Catalogue(repo, tmp_path / "cache").coverage(snapshot)
    forget(repo, snapshot.id)
