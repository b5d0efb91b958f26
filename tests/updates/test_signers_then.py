"""Who signed the apps of earlier snapshots, read from APKs that apksigner made: once, and never by believing a file."""

import zipfile
from pathlib import Path

import pytest

from phoneward.apk import BytesSource, open_apk
from phoneward.apk.signing.facts import SdkRange
from phoneward.findings import Finding, Severity, Tier
from phoneward.snapshots import Asking, PastApps, list_snapshots
from phoneward.updates import Kind, PhoneHistory, read_history, room_answer, signing_names
from phoneward.updates import finding_codes as codes
from phoneward.updates.signing_names import PublicKeyPair, Publisher, SignersFile
from phoneward.vault import BlobId, BlobType, Repository, Snapshot
from tests.apk.making import INSTALLED_DATA, Rotation, key, make_apk
from tests.snapshots.catalogue.histories import File, new_repository
from tests.updates.pasts import DEVICE, app, day, put_day

NOTES = "org.example.notes"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return new_repository(tmp_path / "vault")


def days(repo: Repository, *apks: bytes | None) -> None:
    """One snapshot a day with the app, and its APK where there is one."""
    for number, content in enumerate(apks):
        put_day(repo, number, [app(NOTES)], apks={NOTES: content} if content else None)


def history(repo: Repository, cache: Path | None = None) -> PhoneHistory:
    return read_history(repo, DEVICE, list_snapshots(repo), cache_dir=cache)


FIRST, OTHER = make_apk(NOTES), make_apk(NOTES, keys=(key("other"),), version_code=2)
HANDED_OVER = make_apk(NOTES, rotation=Rotation((key("first"), key("other")), (INSTALLED_DATA,)), version_code=3)


def test_another_signer_is_seen_and_a_gap_in_between_hides_it_not(repo: Repository) -> None:
    days(repo, FIRST.read_bytes(), None, OTHER.read_bytes())
    [told] = history(repo).alarms
    assert (told.kind, told.before.taken, told.after.taken) == (Kind.SIGNER, day(0), day(2))
    assert told.now is not None
    assert told.now.signing is not None
    assert told.now.signing.sha256 == (key("other").sha256,)
    [finding] = [f for f in answered(repo, 3) if f.code == codes.SIGNER_CHANGED]
    assert (finding.severity, finding.tier) == (Severity.DANGER, Tier.OBSERVED)


def test_a_signer_that_handed_over_is_no_alarm(repo: Repository) -> None:
    days(repo, FIRST.read_bytes(), HANDED_OVER.read_bytes())
    found = history(repo)
    assert found.alarms == ()
    now = found.now((NOTES, 0))
    assert now is not None
    assert now.signing is not None
    assert now.signing.sha256 == (key("other").sha256,)


@pytest.mark.parametrize("content", [b"no app", b"", FIRST.read_bytes()[:-40]])
def test_what_is_no_app_has_no_signer(repo: Repository, content: bytes) -> None:
    days(repo, FIRST.read_bytes(), content or b"x")
    found = history(repo)
    assert found.alarms == ()
    assert found.now((NOTES, 0)).signing is None  # type: ignore[union-attr]


def test_a_signature_that_is_not_by_its_signer_is_not_believed(repo: Repository) -> None:
    """Somebody put another certificate into the file: the signature does not fit it."""
    apk = make_apk(NOTES, keys=(key("other"),), schemes=("v2",)).read_bytes()
    forged = apk.replace(key("other").der[-64:], bytes(64))
    assert forged != apk
    days(repo, forged)
    assert history(repo).now((NOTES, 0)).signing is None  # type: ignore[union-attr]


def test_who_signed_is_asked_without_reading_the_content() -> None:
    """A file that was changed afterwards still names its signer; no phone would take it, and a verification says so."""
    apk_file = make_apk(NOTES, schemes=("v2",))
    with zipfile.ZipFile(apk_file) as archive:
        entry = archive.getinfo("classes.dex")
    data = bytearray(apk_file.read_bytes())
    data[entry.header_offset + entry.compress_size] ^= 1
    with open_apk(BytesSource(bytes(data))) as apk:
        signing = apk.signing(SdkRange(33, 33))
        assert signing is not None
        assert signing.sha256 == (key("first").sha256,)
        assert not apk.verify(SdkRange(33, 33)).is_verified


def test_each_apk_is_read_once_and_then_remembered(repo: Repository, tmp_path: Path) -> None:
    days(repo, FIRST.read_bytes(), FIRST.read_bytes(), OTHER.read_bytes())
    first = history(repo, tmp_path / "cache")
    blobs: list[BlobId] = []
    whole = repo.load_blob

    def load(blob_type: BlobType, blob_id: BlobId) -> bytes:
        blobs.append(blob_id)
        return whole(blob_type, blob_id)

    repo.load_blob = load  # type: ignore[method-assign]
    again = history(repo, tmp_path / "cache")
    assert again.alarms == first.alarms
    assert again.apps == first.apps
    apks = {blob for snapshot in list_snapshots(repo) for blob in _apk_blobs(repo, snapshot.snapshot)}
    assert apks
    assert not apks & set(blobs)


def _apk_blobs(repo: Repository, snapshot: Snapshot) -> tuple[BlobId, ...]:
    node = PastApps(repo).apk(snapshot, f"packages/{NOTES}/base.apk")
    return node.content or () if node is not None else ()


# -- what the answer says of signers -------------------------------------------------------------------------------


def answered(repo: Repository, at: float) -> tuple[Finding, ...]:
    every = list_snapshots(repo)
    return room_answer(Asking(repo, every[-1], every, day(at))).findings


def test_an_app_that_is_not_its_publishers_is_named(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    def known(*, confirmed: bool) -> None:
        publisher = Publisher(
            package=NOTES, name="Notes", publisher="Example", sha256=(key("other").sha256,),
            source=("https://example.org",), confirmed=confirmed, seen="2026-01-01",
        )  # fmt: skip
        monkeypatch.setattr(signing_names, "signers_file", lambda: SignersFile((), (publisher,)))

    days(repo, FIRST.read_bytes())
    for confirmed, severity in ((True, Severity.WARNING), (False, Severity.ADVICE)):
        known(confirmed=confirmed)
        [told] = [f for f in answered(repo, 1) if f.code == codes.NOT_PUBLISHER]
        assert (told.severity, told.subject) == (severity, NOTES)
    days(repo, FIRST.read_bytes(), OTHER.read_bytes())
    assert [f for f in answered(repo, 2) if f.code == codes.NOT_PUBLISHER] == []


def test_a_key_that_everybody_has_is_named(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    pair = PublicKeyPair(name="testkey", sha256=key("first").sha256, source="", confirmed=True, seen="2026-01-01")
    monkeypatch.setattr(signing_names, "signers_file", lambda: SignersFile((pair,), ()))
    days(repo, FIRST.read_bytes())
    [told] = [f for f in answered(repo, 1) if f.code == codes.TEST_KEY]
    assert told.severity is Severity.WARNING
    put_day(repo, 2, [app(NOTES, is_system=True)], apks={NOTES: FIRST.read_bytes()})
    assert [f for f in answered(repo, 3) if f.code == codes.TEST_KEY] == []


# -- update files among the phone's own ------------------------------------------------------------------------------


def test_a_downloaded_file_that_would_wipe_is_named(repo: Repository, tmp_path: Path) -> None:
    """The incident's pattern, seen beforehand: a higher version, signed by somebody else, in the downloads."""
    good = make_apk(NOTES, version_code=9)
    shared = {
        b"Download": {
            b"notes-2.apk": File(OTHER.read_bytes()),
            b"notes-9.apk": File(good.read_bytes()),
            b"other.apk": File(make_apk("org.example.absent", keys=(key("other"),)).read_bytes()),
            b"broken.apk": File(b"PK"),
            b"letter.txt": File(OTHER.read_bytes()),
        }
    }
    put_day(repo, 0, [app(NOTES, version_code=1)], apks={NOTES: FIRST.read_bytes()}, shared=shared)
    every = list_snapshots(repo)
    for _ in range(2):  # the second time from the cache
        answer = room_answer(Asking(repo, every[-1], every, day(1), tmp_path / "cache"))
        assert "could only be installed by wiping" in str(answer.sentence)
        told = [f for f in answer.findings if f.code == codes.FILE_WOULD_WIPE]
        assert [f.subject for f in told] == ["/shared/Download/notes-2.apk"]
        assert (told[0].severity, told[0].tier) == (Severity.WARNING, Tier.INFERRED)
