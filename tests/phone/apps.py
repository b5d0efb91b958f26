"""Apps of a test phone: what its package manager has recorded of them, and their files."""

import hashlib
import io
import os
import zipfile
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.phone.packages import DEBUGGABLE, PERSISTENT, TEST_ONLY, ApkFacts, KnownApk, pairs_column, past_column

_SYSTEM = 1000


@dataclass(frozen=True, slots=True)
class App:
    """One installed package.

    Attributes:
        first_installed: user id to local time, "YYYY-MM-DD hh:mm:ss"; its keys are the users that have the app.
        splits: file names beside base.apk.
        folder: code path; made up in the form of Android 11 and later (`~~…==/NAME-…==`) where empty.
        sizes: app, data, cache in bytes (`dumpsys diskstats`); None: not in that list.
        debuggable: whether it lets `run-as` in; only then it has folders below /data/user.
        apks: its files, where they are to be other than small made-up ones: a base and its splits, of which this app
            has all that they say (version, signer …) in place of what is stated here.
        past: proof of rotation of its signer, oldest first, with capabilities.
        revisions: android:revisionCode where it is not 0, by split ("base" for the base).
        initiator, originator: who asked for the install, and where it came from (Android 11 and later).
        permissions: that it defines, with the word for their protection.
        key_sets: upgrade key sets, named by the signer whose key each holds.
        data_only: it was uninstalled with -k.
        persistent: as its manifest says; it counts for a system app alone.
    """

    name: str
    app_id: int
    version_code: int = 1
    version_name: str = "1.0"
    installer: str = "com.android.vending"
    splits: tuple[str, ...] = ()
    system: bool = False
    first_installed: dict[int, str] = field(default_factory=lambda: {0: "2024-03-01 10:00:00"})
    last_updated: str = "2025-01-02 03:04:05"
    signer: str = "33409d03"
    folder: str = ""
    base: str = "base.apk"
    sizes: tuple[int, int, int] | None = (10_000_000, 2_000_000, 300_000)
    debuggable: bool = False
    apks: tuple[KnownApk, ...] = ()
    past: tuple[tuple[str, int], ...] = ()
    min_sdk: int = 24
    target_sdk: int | None = None
    revisions: tuple[tuple[str, int], ...] = ()
    test_only: bool = False
    shared_user: str = ""
    initiator: str = ""
    originator: str = ""
    abi: str = "arm64-v8a"
    permissions: tuple[tuple[str, str], ...] = ()
    key_sets: tuple[str, ...] = ()
    data_only: bool = False
    scheme: int = 3
    updated_system: bool = False
    persistent: bool = False
    private: bool = False

    def uid_of(self, user: int) -> int:
        """Its user number (UserHandle.java: 100,000 for each user)."""
        return user * 100_000 + self.app_id

    @property
    def code_path(self) -> str:
        """Where the APK files lie; `=` in it is normal (AOSP PackageManagerServiceUtils.getNextCodePath())."""
        return self.folder or f"/data/app/~~{_random_part('a' + self.name)}/{self.name}-{_random_part(self.name)}"

    @property
    def apk_paths(self) -> tuple[str, ...]:
        """All APK files, base first."""
        return tuple(f"{self.code_path}/{name}" for name in (self.base, *self.splits))


def app_of(*apks: KnownApk, app_id: int, **changes: object) -> App:
    """Return the app that a set of APKs would be once installed: base first."""
    base = apks[0].facts
    app = App(
        base.package,
        app_id,
        base.version_code,
        base.version_name,
        splits=tuple(apk.facts.file_name for apk in apks[1:]),
        signer=",".join(base.signers),
        debuggable=DEBUGGABLE in base.flags,
        test_only=TEST_ONLY in base.flags,
        persistent=PERSISTENT in base.flags,
        apks=apks,
        past=base.past,
        min_sdk=base.min_sdk,
        target_sdk=base.target_sdk,
        revisions=tuple((apk.facts.split or "base", apk.facts.revision) for apk in apks if apk.facts.revision),
        shared_user=base.shared_user,
        permissions=base.permissions,
        key_sets=base.key_sets,
        scheme=base.scheme,
    )
    return replace(app, **changes)  # type: ignore[arg-type]  # names are checked by dataclasses when it runs


def apk_bytes(app: App, name: str) -> bytes:
    """Return the content of one of an app's APK files: a small zip archive, the same each time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        entry = zipfile.ZipInfo("AndroidManifest.xml", date_time=(2008, 1, 1, 0, 0, 0))
        archive.writestr(entry, f"{app.name} {app.version_code} {name}".encode())
        filler = hashlib.shake_256(f"{app.name}/{name}".encode()).digest(20_000)
        archive.writestr(zipfile.ZipInfo("classes.dex", date_time=(2008, 1, 1, 0, 0, 0)), filler)
    return buffer.getvalue()


def apks_of(app: App) -> tuple[KnownApk, ...]:
    """Return an app's files and what a phone reads in them."""
    if app.apks:
        return app.apks
    flags = frozenset(flag for flag, is_set in ((DEBUGGABLE, app.debuggable), (TEST_ONLY, app.test_only)) if is_set)
    revisions = dict(app.revisions)
    base = ApkFacts(
        app.name,
        version_code=app.version_code,
        version_name=app.version_name,
        min_sdk=app.min_sdk,
        target_sdk=app.target_sdk or app.min_sdk,
        signers=tuple(app.signer.split(",")),
        past=app.past,
        flags=flags,
        shared_user=app.shared_user,
        permissions=app.permissions,
        scheme=app.scheme,
        revision=revisions.get("base", 0),
    )
    found = [KnownApk(apk_bytes(app, app.base), base)]
    for name in app.splits:
        split = name.removeprefix("split_").removesuffix(".apk")
        found.append(KnownApk(apk_bytes(app, name), base.but(split=split, revision=revisions.get(split, 0))))
    return tuple(found)


def package_row(app: App, sdk: int) -> tuple[str, ...]:
    """Return an app's line in the table that the stand-ins read; see package-server.sh."""
    return (
        *(app.name, str(app.app_id), str(app.version_code), app.version_name, app.installer, app.code_path, app.base),
        *(",".join(app.splits), f"{app.system:d}"),
        "" if app.data_only else ",".join(map(str, app.first_installed)),
        *(",".join(f"{user}@{time}" for user, time in app.first_installed.items()), app.last_updated, app.signer),
        *(f"{app.debuggable:d}", past_column(app.past), str(app.min_sdk), str(app.target_sdk or sdk)),
        *(",".join(f"{name}:{revision}" for name, revision in app.revisions), f"{app.test_only:d}", app.shared_user),
        *(app.initiator or app.installer, app.originator, app.abi, pairs_column(app.permissions)),
        *(",".join(app.key_sets), "1" if app.data_only else "", str(app.scheme), "1" if app.updated_system else ""),
        *(",".join(app.key_sets), f"{app.persistent and app.system:d}"),
    )


def install_apks(root: Path, app: App) -> None:
    """Put an app's files where a phone has them."""
    if app.data_only:
        return
    for path, apk in zip(app.apk_paths, apks_of(app), strict=True):
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(apk.data)
        place.chmod(0o644)


def make_data_folders(root: Path, app: App) -> None:
    """Make an app's private folders as installd does: of the app alone (mode 0700), below folders of the system's."""
    if not (app.debuggable or app.private):
        return
    for user in app.first_installed:
        for kind in ("user", "user_de"):
            place = root / "data" / kind / str(user) / app.name
            place.mkdir(parents=True, exist_ok=True)
            os.chown(place, app.uid_of(user), app.uid_of(user))
            place.chmod(0o700)
            for above in (place.parent, place.parent.parent, root / "data"):
                os.chown(above, _SYSTEM, _SYSTEM)
                above.chmod(0o771)


def _random_part(seed: str) -> str:
    """Return 16 bytes in URL-safe base 64, as the system makes them; they end in `==`."""
    return urlsafe_b64encode(hashlib.sha256(seed.encode()).digest()[:16]).decode()
