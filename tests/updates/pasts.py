"""Made-up pasts of phones in a real vault: lists of apps, coverage documents and APKs, day by day."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from phoneward.snapshots import AppCoverage, AppRecord, OwnBackup, PackagesDocument, encode_coverage
from phoneward.snapshots.inventory import ApkRecord, DeviceDocument, ListingRecord, encode_document
from phoneward.vault import Repository, Snapshot
from tests.snapshots.catalogue.histories import START_NS, File, Tree, put_snapshot
from tests.snapshots.covering import app as app_coverage
from tests.snapshots.covering import coverage

START = dt.datetime.fromtimestamp(START_NS // 10**9, dt.UTC)
DEVICE = "0123456789abcdef"
DEVICE_DOCUMENT = DeviceDocument(
    *(1, DEVICE, "My phone", "adb", "Xiaomi", "13", "13", 33, ""), START, ListingRecord(START_NS, 1, has_ctime=True), []
)
WECHAT = "com.tencent.mm"
STORE = "com.android.vending"


def day(number: float) -> dt.datetime:
    return START + dt.timedelta(days=number)


def app(package: str = WECHAT, **changes: Any) -> AppRecord:
    """An app from a store, long there."""
    whole: dict[str, Any] = {
        "package": package,
        "user_id": 0,
        "version_code": 7,
        "version_name": "1.7",
        "installer": STORE,
        "is_system": False,
        "uid": 10123,
        "first_installed": day(-100),
        "last_updated": day(-100),
        "app_bytes": 10**8,
        "data_bytes": 11 * 10**9,
        "cache_bytes": 0,
        "apk": [ApkRecord("/data/app/x/base.apk", f"/packages/{package}/base.apk")],
    }
    return AppRecord(**(whole | changes))


def held(package: str = WECHAT, **changes: Any) -> AppCoverage:
    """What a snapshot holds of an app: nothing, where nothing else is said."""
    return app_coverage(package, **changes)


def own_backup(number: float) -> OwnBackup:
    return OwnBackup("/shared/backup", day(number), 1000)


def put_day(
    repo: Repository,
    number: int,
    apps: Sequence[AppRecord],
    *,
    coverages: Sequence[AppCoverage] = (),
    not_asked: Mapping[str, str] | None = None,
    apks: Mapping[str, bytes] | None = None,
    shared: Tree | None = None,
    device: str = DEVICE,
    label: str = "My phone",
    partial: bool = False,
    backup_file: bool = False,
) -> Snapshot:
    """Store the snapshot of a day.

    Args:
        apks: content of base.apk, by package.
        shared: the person's own files.
        device, label, partial, backup_file: as for `put_snapshot`.
    """
    packages = PackagesDocument(1, list(apps), dict(not_asked or {}))
    document = coverage(apps=list(coverages), taken=day(number))
    tree: Tree = {
        b"device.json": File(encode_document(DEVICE_DOCUMENT)),
        b"coverage.json": File(encode_coverage(document)),
        b"packages.json": File(encode_document(packages)),
    }
    if shared:
        tree[b"shared"] = shared
    if apks:
        tree[b"packages"] = {name.encode(): {b"base.apk": File(apks[name])} for name in sorted(apks)}
    return put_snapshot(repo, tree, day=number, device=device, label=label, partial=partial, backup_file=backup_file)
