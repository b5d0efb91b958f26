"""A phone as a snapshot has it, also where the snapshot was made to mislead: no promise is made of that."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from phoneward.snapshots import AppRecord, CoverageMissingError, PackagesDocument, encode_coverage
from phoneward.snapshots.inventory import encode_document
from phoneward.updates import AgainstSnapshot, Copy, Verdict, check_file
from phoneward.vault import LocalStorage, Repository, init_repository
from tests.apk.making import key, make_apk
from tests.snapshots.catalogue.histories import File, put_snapshot
from tests.snapshots.covering import coverage
from tests.updates.pasts import DEVICE, DEVICE_DOCUMENT, app, day, held
from tests.vault.cheap import insecure_test_cost

NOTES = "org.example.notes"


def put(
    folder: Path,
    apk: Path,
    *,
    change: Callable[[AppRecord], AppRecord] = lambda row: row,
    device: bytes = encode_document(DEVICE_DOCUMENT),
    covers: bytes | None = None,
    not_asked: tuple[str, ...] = (),
    lists: bool = True,
) -> Repository:
    """A vault with one snapshot of a phone that has one app."""
    repo = init_repository(LocalStorage(folder / "vault"), "secret", kdf=insecure_test_cost())
    rows = [change(app(NOTES, version_code=5))] if lists else []
    document = coverage(apps=[held(NOTES)], taken=day(0))
    put_snapshot(
        repo,
        {
            b"device.json": File(device),
            b"coverage.json": File(encode_coverage(document) if covers is None else covers),
            b"packages.json": File(encode_document(PackagesDocument(1, rows, dict.fromkeys(not_asked, "no answer")))),
            b"packages": {NOTES.encode(): {b"base.apk": File(apk.read_bytes())}},
        },
        day=0,
        device=DEVICE,
    )
    repo.load_index()
    return repo


@pytest.fixture
def old() -> Path:
    return make_apk(NOTES, version_code=5)


def verdict(against: AgainstSnapshot, **more: object) -> Verdict:
    new = make_apk(NOTES, version_code=6, **more)  # type: ignore[arg-type]
    return check_file("new.apk", [new], against).judgement.verdict


def test_the_app_is_the_stored_one(tmp_path: Path, old: Path) -> None:
    repo = put(tmp_path, old)
    against = AgainstSnapshot(repo, "latest")
    app = against.app(NOTES)
    assert app is not None
    assert app.signing is not None
    assert app.signing.sha256 == (key().sha256,)
    assert verdict(against) is Verdict.KEEPS
    signer = against.signer(NOTES)
    assert signer is not None
    assert signer.sha256 == (key().sha256,)
    assert against.signer("no.such.app") is None
    assert verdict(against, keys=(key("stranger"),)) is Verdict.WIPES
    assert against.app("no.such.app") is None
    assert against.packages == {NOTES}


@pytest.mark.parametrize(
    "change",
    [
        lambda row: msgspec.structs.replace(row, apk=[]),
        lambda row: msgspec.structs.replace(row, apk=[*row.apk, msgspec.structs.replace(row.apk[0], stored="")]),
        lambda row: msgspec.structs.replace(row, apk=[msgspec.structs.replace(row.apk[0], stored="/device.json")]),
        lambda row: msgspec.structs.replace(row, apk=[msgspec.structs.replace(row.apk[0], stored="/../../etc/passwd")]),
        lambda row: msgspec.structs.replace(row, apk=[msgspec.structs.replace(row.apk[0], stored="/packages")]),
    ],
    ids=["none", "one-missing", "another-file", "outside", "a-folder"],
)
def test_without_all_its_files_nobody_knows_who_signed_it(
    tmp_path: Path, old: Path, change: Callable[[AppRecord], AppRecord]
) -> None:
    repo = put(tmp_path, old, change=change)
    against = AgainstSnapshot(repo, "latest")
    app = against.app(NOTES)
    assert app is not None
    assert app.signing is None
    assert verdict(against) is Verdict.UNDECIDED


def test_figures_that_cannot_be_meant_are_not_shown(tmp_path: Path, old: Path) -> None:
    def change(row: AppRecord) -> AppRecord:
        return msgspec.structs.replace(
            row, data_bytes=-5, first_installed=dt.datetime(2020, 1, 1), version_code=-(2**70)  # noqa: DTZ001
        )  # fmt: skip

    repo = put(tmp_path, old, change=change)
    checked = check_file("new.apk", [make_apk(NOTES, version_code=6)], AgainstSnapshot(repo, "latest"))
    assert checked.stakes is not None
    assert (checked.stakes.data_bytes, checked.stakes.since) == (None, None)
    assert "your data, how much the phone does not say" in str(checked.sentence)


def test_another_app_under_this_name_proves_nothing(tmp_path: Path) -> None:
    repo = put(tmp_path, make_apk("org.example.other", version_code=5))
    assert verdict(AgainstSnapshot(repo, "latest")) is not Verdict.KEEPS
    assert AgainstSnapshot(repo, "latest").signer(NOTES) is None


def test_a_snapshot_that_knows_no_phone_is_refused(tmp_path: Path, old: Path) -> None:
    repo = put(tmp_path, old, device=b"{}")
    with pytest.raises(CoverageMissingError):
        AgainstSnapshot(repo, "latest")


def test_without_a_coverage_document_that_is_said(tmp_path: Path, old: Path) -> None:
    repo = put(tmp_path, old, covers=b"broken")
    checked = check_file("new.apk", [make_apk(NOTES, version_code=6)], AgainstSnapshot(repo, "latest"))
    assert checked.stakes is not None
    assert checked.stakes.kept is Copy.NO_COVERAGE
    assert "does not say what it holds" in str(checked.sentence)


@pytest.mark.parametrize(
    ("lists", "not_asked", "expected"),
    [
        (True, (), Verdict.KEEPS),
        (True, ("data-size", "installer"), Verdict.KEEPS),
        (True, ("users",), Verdict.UNDECIDED),
        (True, ("apps-of-user-10",), Verdict.UNDECIDED),
        (False, ("apps",), Verdict.UNDECIDED),
        (False, (), Verdict.UNDECIDED),
    ],
)
def test_an_app_that_a_phone_did_not_list_is_not_said_to_be_nowhere(
    tmp_path: Path, old: Path, lists: bool, not_asked: tuple[str, ...], expected: Verdict
) -> None:
    """A phone that did not answer, or a folder that was taken for one: nobody knows which apps were on it."""
    against = AgainstSnapshot(put(tmp_path, old, not_asked=not_asked, lists=lists), "latest")
    found = check_file("other.apk", [make_apk("org.example.other")], against)
    assert found.judgement.verdict is expected
    assert ("is not on this phone" in str(found.sentence)) is (expected is Verdict.KEEPS)
