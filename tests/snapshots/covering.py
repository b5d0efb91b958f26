"""Made coverage documents: an honest one to change piece by piece, and random ones that say anything."""

import datetime as dt

from hypothesis import strategies as st

from phoneward.snapshots.answer_facts import Facts, OtherPhone
from phoneward.snapshots.coverage import (
    ApkState,
    AppCoverage,
    Area,
    Coverage,
    Levels,
    OwnBackup,
    Proof,
    ProofLevel,
    RecordCoverage,
    State,
    StorageCoverage,
    Totals,
    Waiting,
)
from phoneward.snapshots.gaps import Gap, GapReason
from phoneward.snapshots.reading import SnapshotInfo
from phoneward.vault import BlobId, FileId, Snapshot

NOW = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)
DEVICE = "0123456789abcdef"
ID = FileId("ab" * 32)


def ago(days: float) -> dt.datetime:
    return NOW - dt.timedelta(days=days)


def info(
    days: float = 1,
    *,
    file_id: FileId = ID,
    device: str = DEVICE,
    label: str = "Phone",
    partial: bool = False,
    proof: bool = False,
    subject: FileId | None = None,
) -> SnapshotInfo:
    """A snapshot of so many days ago."""
    snapshot = Snapshot(
        time_ns=int(ago(days).timestamp()) * 10**9,
        tree=BlobId(bytes(32)),
        paths=("/partial",) if partial else ("/",),
        hostname=label,
        tags=("phoneward", f"device:{device}") if device else (),
        id=file_id,
    )
    return SnapshotInfo(snapshot, device, label, partial, None, None, proof, subject)


def storage(**changes: object) -> StorageCoverage:
    whole: dict[str, object] = {
        "area": Area.SHARED,
        "name": "shared",
        "label": "Phone",
        "path": "/shared",
        "phone_path": "/storage/emulated/0",
        "state": State.KEPT,
        "reason": "all-kept",
        "next_step": "nothing",
        "files": 12_345,
        "bytes": 34_000_000_000,
        "phone_bytes": 34_000_000_000,
        "gaps": 0,
    }
    return StorageCoverage(**(whole | changes))  # type: ignore[arg-type]


def app(
    package: str, state: State = State.OUT_OF_REACH, lost: int | None = 1_000_000, **changes: object
) -> AppCoverage:
    whole: dict[str, object] = {
        "package": package,
        "user_id": 0,
        "version_name": "1",
        "version_code": 1,
        "is_system": False,
        "state": state,
        "reason": "private-out-of-reach",
        "next_step": "look-in-app",
        "apk": ApkState.KEPT,
        "kept_files": 0,
        "kept_bytes": 0,
        "phone_bytes": lost,
        "out_of_reach_bytes": lost,
    }
    return AppCoverage(**(whole | changes))  # type: ignore[arg-type]


def record(kind: str = "sms", state: State = State.OUT_OF_REACH, **changes: object) -> RecordCoverage:
    whole: dict[str, object] = {
        "kind": kind,
        "path": "",
        "state": state,
        "reason": "records-refused-by-version",
        "next_step": "own-backup-sms",
        "kept": 0,
        "missing": 0,
        "android": "9",
        "detail": "java.lang.SecurityException: Permission Denial",
    }
    return RecordCoverage(**(whole | changes))  # type: ignore[arg-type]


def own_backup(days: float) -> OwnBackup:
    return OwnBackup("/shared/WhatsApp/Databases/msgstore.db.crypt15", ago(days), 1000)


def coverage(**changes: object) -> Coverage:
    """A phone of which everything is kept and compared, but for what is changed."""
    whole: dict[str, object] = {
        "format": 1,
        "device": DEVICE,
        "label": "Phone",
        "taken": ago(1),
        "complete": True,
        "partial": False,
        "proof": Proof(ProofLevel.MATCHED, ago(1)),
        "totals": Totals(12_345, 34_000_000_000, 0, 0, 0, 0),
        "storages": [storage()],
        "apps": [],
        "gap_counts": {},
        "gaps": [],
        "not_checked": {},
        "levels": Levels(12_345, 0, 12_345, 0, ago(1)),
        "snapshot": "",
    }
    return Coverage(**(whole | changes))  # type: ignore[arg-type]


def facts(**changes: object) -> Facts:
    """A phone that was looked after in every way, but for what is changed."""
    whole: dict[str, object] = {
        "now": NOW,
        "snapshot": info(),
        "coverage": coverage(),
        "kind": "adb",
        "newest": info(),
        "restored": ago(3),
        "read_back": ago(3),
    }
    return Facts(**(whole | changes))  # type: ignore[arg-type]


# -- documents that say anything ---------------------------------------------------------------------------------------

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "\x1b[2J\x1b[31m",
    "{braces} %s {",
    "\u202eexe",
)
"""Names that a phone may send in the hope that somebody shows them as they are."""

_texts = st.text(max_size=12) | st.sampled_from(HOSTILE)
_figures = st.integers(-(2**63), 2**64) | st.integers(0, 10**12)
_maybe = st.none() | _figures
_times = st.datetimes(timezones=st.none() | st.just(dt.UTC))
_codes = st.sampled_from(["nothing", "see-gaps", "own-backup-wechat", "unlock-user", ""]) | _texts
_packages = st.sampled_from(["com.tencent.mm", "com.whatsapp", "com.beemdevelopment.aegis", "org.tasks"]) | _texts
_reasons = st.sampled_from([reason.value for reason in GapReason]) | _texts

_storages = st.builds(
    StorageCoverage,
    area=st.sampled_from(Area),
    name=_texts,
    label=_texts,
    path=_texts,
    phone_path=_texts,
    state=st.sampled_from(State),
    reason=_codes,
    next_step=_codes,
    files=_figures,
    bytes=_figures,
    phone_bytes=_maybe,
    gaps=_figures,
    detail=_texts,
)
_apps = st.builds(
    AppCoverage,
    package=_packages,
    user_id=st.integers(0, 999),
    version_name=_texts,
    version_code=_maybe,
    is_system=st.booleans(),
    state=st.sampled_from(State),
    reason=_codes,
    next_step=_codes,
    apk=st.sampled_from(ApkState),
    kept_files=_figures,
    kept_bytes=_figures,
    phone_bytes=_maybe,
    out_of_reach_bytes=_maybe,
    own_backups=st.lists(st.builds(OwnBackup, path=_texts, date=_times, bytes=_figures), max_size=2),
)
_records = st.builds(
    RecordCoverage,
    kind=st.sampled_from(["sms", "calls"]) | _texts,
    path=_texts,
    state=st.sampled_from(State),
    reason=st.sampled_from(["records-refused", "records-unclear", ""]) | _texts,
    next_step=_codes,
    kept=_figures,
    missing=_figures,
    android=_texts,
    detail=_texts,
)
coverages = st.builds(
    Coverage,
    format=st.just(1),
    device=_texts,
    label=_texts,
    taken=_times,
    complete=st.booleans(),
    partial=st.booleans(),
    proof=st.builds(Proof, level=st.sampled_from(ProofLevel), date=_times),
    totals=st.builds(Totals, _figures, _figures, _figures, _figures, _figures, _figures),
    storages=st.lists(_storages, max_size=4),
    apps=st.lists(_apps, max_size=6),
    gap_counts=st.dictionaries(_reasons, _figures, max_size=4),
    gaps=st.lists(st.builds(Gap, path=_texts, reason=_reasons, detail=_texts, earlier=st.booleans()), max_size=4),
    not_checked=st.dictionaries(_texts, _texts, max_size=3),
    missing_storages=st.lists(_texts, max_size=25),
    waiting=st.none() | st.builds(Waiting, _figures, _figures),
    clock_went_back=st.booleans(),
    levels=st.none() | st.builds(Levels, _figures, _figures, _figures, _figures, st.none() | _times),
    records=st.none() | st.lists(_records, max_size=3),
    snapshot=st.just(""),
)
_infos = st.builds(info, st.floats(-3, 4000), label=_texts)
random_facts = st.builds(
    Facts,
    now=st.just(NOW),
    snapshot=_infos,
    coverage=coverages,
    kind=st.sampled_from(["", "adb", "folder"]),
    newest=_infos,
    cut_short=st.none() | st.builds(info, st.floats(0, 4000), partial=st.just(True)),
    waiting=st.none() | st.builds(Waiting, _figures, _figures),
    others=st.lists(st.builds(OtherPhone, _texts, _texts, st.none() | _infos), max_size=3).map(tuple),
    restored=st.none() | st.just(ago(3)) | st.just(ago(900)),
    read_back=st.none() | st.just(ago(3)) | st.just(ago(900)),
    damaged=st.lists(st.just(ID), max_size=2).map(tuple),
)
"""What may be known of a vault whose documents say anything."""
