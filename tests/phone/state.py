"""What the stand-ins of a test phone answer: users, apps, properties, cards, as plain text tables they read.

Tables lie in `/data/teststate` of the phone, one record a line, fields parted by `|`. The APK files named there exist
and can be read by the shell user, as on a phone (/data/app/… has mode 0755, base.apk 0644).
"""

import contextlib
import hashlib
import io
import os
import shutil
import sqlite3
import zipfile
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.phone.packages import DEBUGGABLE, PERSISTENT, TEST_ONLY, ApkFacts, KnownApk, pairs_column, past_column
from tests.phone.providers import PROVIDERS

_STANDINS = Path(__file__).with_name("standins")
_MEDIA_RW = 1023
_SDCARD_RW = 1015
_SYSTEM = 1000


@dataclass(frozen=True, slots=True)
class User:
    """One user of the phone.

    Attributes:
        flags: hexadecimal, as `pm list users` prints them (AOSP UserInfo.FLAG_*).
        storage: "open" (shell may look in), "closed" (mode 0700, another owner), "none" (not mounted).
        debuggable: False plays the restriction no_debugging_features: `pm --user` throws.
    """

    id: int
    name: str
    flags: str = "c13"
    running: bool = True
    storage: str = "open"
    debuggable: bool = True


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


@dataclass(frozen=True, slots=True)
class Card:
    """An SD card or USB drive."""

    uuid: str = "1A2B-3C4D"
    volume: str = "public:179,1"


@dataclass(frozen=True, slots=True)
class AdbBackup:
    """What `adb backup` gives.

    Attributes:
        compressed, plain: the whole stream, with and without compression.
        answer: what the person does, or what happens: "confirm", "refuse", "die N" (ends after N bytes as though all
            were well), "crash N" (ends with an error), "silence N" (says nothing more).
    """

    compressed: bytes
    plain: bytes
    answer: str = "confirm"


@dataclass(frozen=True, slots=True)
class State:
    """All that the stand-ins know.

    Attributes:
        refused: options of `pm` this phone is too old for.
        has_disk_figures: False plays a phone that has not measured its apps yet.
        content: URI without `content://` to what `content query` prints for it.
        messages, calls: rows of the phone's databases, by column.
        tables: rows of its other databases (`providers.py`), by URI without `content://`.
        attached: URI without `content://` to the bytes that `content read` gives out for it.
        truncates: whether `content` prints only the lower 32 bits of a number, as older builds do.
        missing_columns: columns that this version of Android's databases does not have.
        apks: files that the package manager can read, beside those of `apps`; see `packages.py`.
        played: what else the package manager plays, by name: "refuses" (`STATUS: words` of every commit), "waits" and
            "answers-late" (seconds before a commit is decided, and between its work and its answer), "room" (bytes
            that are left), "loses" ("data" or "data-and-time": an accepted update deletes the data nevertheless, as
            one maker's phone did).
    """

    users: tuple[User, ...] = (User(0, "Owner"),)
    apps: tuple[App, ...] = ()
    cards: tuple[Card, ...] = ()
    props: dict[str, str] = field(default_factory=dict)
    settings: dict[tuple[str, str], str] = field(default_factory=dict)
    content: dict[str, str] = field(default_factory=dict)
    messages: tuple[dict[str, object], ...] = ()
    calls: tuple[dict[str, object], ...] = ()
    tables: dict[str, tuple[dict[str, object], ...]] = field(default_factory=dict)
    attached: dict[str, bytes] = field(default_factory=dict)
    truncates: bool = False
    missing_columns: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    has_disk_figures: bool = True
    adb_backup: AdbBackup | None = None
    apks: tuple[KnownApk, ...] = ()
    played: dict[str, str] = field(default_factory=dict)

    def but(self, **changes: object) -> "State":
        """Return a copy with some attributes changed."""
        return replace(self, **changes)  # type: ignore[arg-type]  # names are checked by dataclasses when it runs


_SETTINGS = App(
    "com.android.settings",
    1000,
    34,
    "14",
    installer="null",
    system=True,
    signer="b4addb29",
    first_installed={0: "2009-01-01 00:00:00"},
    last_updated="2009-01-01 00:00:00",
    folder="/system/priv-app/Settings",
    base="Settings.apk",
    sizes=(60_000_000, 1_000_000, 0),
)
_WECHAT = App(
    "com.tencent.mm",
    10123,
    2841,
    "8.0.50",
    installer="com.huawei.appmarket",
    splits=("split_config.arm64_v8a.apk", "split_config.zh.apk"),
    sizes=(260_000_000, 11_000_000_000, 900_000_000),
)
_WHATSAPP = App("com.whatsapp", 10124, 241_676_004, "2.24.16.76")
_NOTES = App("org.example.notes", 10125, 7, '0.7 beta = "x"', installer="null", sizes=None)

SMALL = State(apps=(_SETTINGS, _WECHAT, _WHATSAPP, _NOTES))
"""A phone with one user and four apps."""

FULL = SMALL.but(
    users=(
        User(0, "Owner", "c13"),
        User(10, "Work profile", "1030", storage="open"),
        User(999, "Dual apps", "4001030", storage="closed", debuggable=False),
    ),
    apps=(
        _SETTINGS,
        replace(_WECHAT, first_installed={0: "2024-03-01 10:00:00", 999: "2024-04-02 11:11:11"}),
        _WHATSAPP,
        _NOTES,
        App("com.example.work", 10130, 12, "1.2", first_installed={10: "2024-05-05 05:05:05"}),
    ),
    cards=(Card(),),
    settings={("global", "device_name"): "Anna's phone", ("secure", "android_id"): "0123456789abcdef"},
)
"""A phone with a work profile that can be read, an app twin that cannot, and an SD card."""


def install(root: Path, state: State, *, release: str, sdk: int, serial: str) -> None:
    """Write state and stand-ins into a phone's file system; call it again to change what a running phone answers."""
    tables = root / "data/teststate"
    shutil.rmtree(tables, ignore_errors=True)
    tables.mkdir(parents=True)
    for script in sorted(_STANDINS.glob("*.sh")):
        target = root / "system/bin" / script.stem
        target.unlink(missing_ok=True)  # toybox's own command of that name is a link
        shutil.copyfile(script, target)
        target.chmod(0o755)
    if sdk < 24:  # `cmd` came with Android 7
        (root / "system/bin/cmd").unlink()
    props = _default_props(release, sdk, serial) | state.props
    _write(tables / "sdk", [(str(sdk),)])
    (tables / "props").write_text("".join(f"{name}={value}\n" for name, value in sorted(props.items())))
    _write(tables / "users", [(str(u.id), u.name, u.flags, f"{u.running:d}", f"{u.debuggable:d}") for u in state.users])
    _write(tables / "packages", [_package_row(app, sdk) for app in state.apps])
    known = {apk.sha256: apk.row for apk in (*state.apks, *(apk for app in state.apps for apk in apks_of(app)))}
    _write(tables / "apks", list(known.values()))
    (tables / "played").mkdir()
    for name, value in state.played.items():
        (tables / "played" / name).write_text(value + "\n")
    _write(tables / "settings", [(space, key, value) for (space, key), value in sorted(state.settings.items())])
    _write(tables / "refused", [(word,) for word in state.refused])
    _write(tables / "volumes", _volume_rows(state))
    if state.has_disk_figures:
        rows = [(app.name, *map(str, app.sizes)) for app in state.apps if app.sizes is not None]
        _write(tables / "diskstats", rows)
    for uri, rows_text in state.content.items():
        folder = tables / "content" / uri
        folder.mkdir(parents=True)
        (folder / "rows").write_text(rows_text)
    for uri, data in state.attached.items():
        folder = tables / "content" / uri
        folder.mkdir(parents=True)
        (folder / "bytes").write_bytes(data)
    _make_databases(tables, state)
    _write_runas(tables, state)
    _write_adb_backup(tables / "bu", state.adb_backup)
    for app in state.apps:
        _install_apks(root, app)
        _make_data_folders(root, app)
    for user in state.users[1:]:
        _make_storage(root / "storage/emulated" / str(user.id), user.storage, owner=user.id * 100_000 + _MEDIA_RW)
    for card in state.cards:
        _make_storage(root / "storage" / card.uuid, "open", owner=_MEDIA_RW)


def _make_databases(tables: Path, state: State) -> None:
    folder = tables / "databases"
    folder.mkdir()
    rows = state.tables | {"sms": state.messages, "call_log/calls": state.calls}
    described: list[tuple[str, ...]] = []
    for provider in PROVIDERS:
        described.append(
            (
                *(provider.uri, provider.table, str(provider.first_sdk), provider.permission, provider.java),
                *(provider.by, provider.shown, "mute" if provider.mute else ""),
                *(provider.file or provider.table, provider.source or provider.table, provider.row),
            )
        )
        place = folder / (provider.file or provider.table)
        with contextlib.closing(sqlite3.connect(place)) as database:
            database.execute(f"CREATE TABLE {provider.table} ({provider.columns})")
            for row in rows.pop(provider.uri, ()):
                marks = ",".join("?" * len(row))
                database.execute(
                    f"INSERT INTO {provider.table} ({','.join(row)}) VALUES ({marks})",  # noqa: S608 - rows of tests
                    tuple(row.values()),
                )
            for column in state.missing_columns:
                if any(part.split()[:1] == [column] for part in provider.columns.split(",")):
                    database.execute(f"ALTER TABLE {provider.table} DROP COLUMN {column}")
            database.commit()
        place.chmod(0o644)
    assert not rows, f"no provider answers {sorted(rows)}"
    _write(tables / "providers", described)
    if state.truncates:
        (folder / "truncates").touch()


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


def _write(path: Path, rows: list[tuple[str, ...]]) -> None:
    for row in rows:
        if any("|" in part or "\n" in part for part in row):
            raise ValueError(f"a field holds the separator: {row}")
    path.write_text("".join("|".join(row) + "\n" for row in rows))


def _package_row(app: App, sdk: int) -> tuple[str, ...]:
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


def _volume_rows(state: State) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [("private", "PRIVATE", "mounted", "null", "/data")]
    rows += [(f"emulated;{u.id}", "EMULATED", "mounted", "null", "/storage/emulated") for u in state.users if u.running]
    return rows + [(c.volume, "PUBLIC", "mounted", c.uuid, f"/storage/{c.uuid}") for c in state.cards]


def _install_apks(root: Path, app: App) -> None:
    if app.data_only:
        return
    for path, apk in zip(app.apk_paths, apks_of(app), strict=True):
        place = root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(apk.data)
        place.chmod(0o644)


def _write_adb_backup(folder: Path, backup: AdbBackup | None) -> None:
    if backup is None:
        return
    folder.mkdir()
    (folder / "stream.1").write_bytes(backup.compressed)
    (folder / "stream.0").write_bytes(backup.plain)
    (folder / "answer").write_text(backup.answer + "\n")
    (folder / "asked").touch()
    (folder / "asked").chmod(0o666)


def _write_runas(tables: Path, state: State) -> None:
    lines = [f"{app.name} {app.app_id} {app.debuggable:d}\n" for app in state.apps if not app.data_only]
    (tables / "runas").write_text("".join(lines))


def _make_data_folders(root: Path, app: App) -> None:
    """Make an app's private folders as installd does: of the app alone (mode 0700), below folders of the system's."""
    if not app.debuggable:
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


def _make_storage(place: Path, access: str, *, owner: int) -> None:
    if access == "none":
        return
    place.mkdir(exist_ok=True)
    os.chown(place, owner, _SDCARD_RW if access == "open" else owner)
    place.chmod(0o770 if access == "open" else 0o700)


def _random_part(seed: str) -> str:
    """Return 16 bytes in URL-safe base 64, as the system makes them; they end in `==`."""
    return urlsafe_b64encode(hashlib.sha256(seed.encode()).digest()[:16]).decode()


def _default_props(release: str, sdk: int, serial: str) -> dict[str, str]:
    build = f"TEST.{sdk}"
    return {
        "ro.build.fingerprint": f"google/husky/husky:{release}/{build}/1234567:user/release-keys",
        "ro.build.version.release": release,
        "ro.build.version.sdk": str(sdk),
        "ro.build.version.security_patch": "2024-08-05",
        "ro.product.brand": "google",
        "ro.product.device": "husky",
        "ro.product.manufacturer": "Google",
        "ro.product.model": "Pixel 8 Pro",
        "ro.product.name": "husky",
        "ro.serialno": serial,
        "persist.sys.timezone": "Asia/Shanghai",
        "sys.boot_completed": "1",
    }
