"""The phone that is attached: an app's state asked anew, its APKs copied into a private folder and verified."""

import tempfile
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Final

from phoneward.apk import AppSet, open_apk, open_app
from phoneward.apk.errors import ApkError
from phoneward.apk.signing.facts import SdkRange, Signing
from phoneward.phones import AdbPhone, AdbUpdater, Entry, FileKind, InstalledApp, PackageState
from phoneward.snapshots import Coverage
from phoneward.texts import Words
from phoneward.updates.against import name_of
from phoneward.updates.on_phone import device_of_facts, installed_on_phone, is_recorded, owners_of, utc
from phoneward.updates.sources import PhoneSource, save_stream
from phoneward.updates.stakes import Copy, Kept, Stakes, figure, kept_of
from phoneward.updates.subject import Device, Installed, PermissionOwner, SharedUserMember

MAX_APK_BYTES: Final = 8 << 30
"""Bytes of one app's APKs that are copied."""
MAX_APKS: Final = 200
MAX_OTHERS: Final = 20
"""Other apps whose signer is asked for one update: those of a shared user id, and owners of its permissions."""


class AgainstPhone:
    """See `against.Against`.

    Args:
        phone: open.
        copy: what the newest finished snapshot of this phone says that it holds, or why there is none.
    """

    def __init__(self, phone: AdbPhone, copy: Coverage | Copy) -> None:
        self.phone = phone
        self._updater = AdbUpdater(phone)
        self._copy = copy
        self._labels: dict[str, str] = {}
        self._states: dict[str, PackageState | None] = {}
        self._apps: dict[str, Installed] = {}
        self._others = 0

    @cached_property
    def device(self) -> Device:
        """The phone."""
        return device_of_facts(self._updater.device_facts())

    @cached_property
    def apps(self) -> tuple[InstalledApp, ...]:
        """The apps of every user, with the phone's figures; asked once."""
        return self.phone.apps().apps

    @property
    def packages(self) -> frozenset[str]:
        """The apps that the phone has."""
        return frozenset(app.package for app in self.apps)

    def installed(self, candidate: AppSet) -> Installed | None:
        """See `Against.installed`."""
        app = self.app(candidate.package)
        state = self._state(candidate.package)
        if app is None or state is None:
            return None
        shared = None if app.shared_user_id == "" else self._members(state.shared_user_packages)
        return replace(
            app,
            shared_user=() if app.shared_user_id == "" else shared,
            permission_owners=self._owners(candidate),
        )

    def app(self, package: str) -> Installed | None:
        """Return one app as it is; what only matters for a certain update is left out. Its APKs are copied once."""
        state = self._state(package)
        if state is None:
            return None
        if package not in self._apps:
            self._apps[package] = self._read(state)
        return self._apps[package]

    def _read(self, state: PackageState) -> Installed:
        with self.opened(state) as app:
            if app is not None and app.base is not None:
                self._labels[state.package] = app.base.manifest.label
            try:
                return installed_on_phone(state, app, self.device)
            except ApkError:  # a copy that cannot be read to its end proves no signer
                return installed_on_phone(state, None, self.device)

    def signer(self, package: str) -> Signing | None:
        """Return who signed an app, as its main file says and the phone's hashes confirm; it is not read whole.

        The phone verified the file when it installed it; its 32-bit hashes of the certificates must fit. Else None.
        """
        state = self._state(package)
        if state is None or not state.apk_paths or not state.signer_hashes:
            return None
        base = next((item for item in self.phone.stat(state.apk_paths[:1]) if isinstance(item, Entry)), None)
        if base is None or base.kind is not FileKind.FILE:
            return None
        sdk = self.device.sdk
        try:
            with open_apk(PhoneSource(self.phone, base.path, base.size, "base.apk")) as apk:
                signing = apk.signing(None if sdk is None else SdkRange(sdk, sdk))
        except ApkError:
            return None
        return signing if signing is not None and is_recorded(signing, state) else None

    def called(self, package: str) -> Words:
        """See `Against.called`."""
        return name_of(package, self._labels.get(package, ""))

    def stakes(self, package: str) -> Stakes:
        """See `Against.stakes`."""
        rows = [app for app in self.apps if app.package == package]
        told = [size for app in rows if (size := figure(app.data_bytes)) is not None]
        state = self._state(package)
        since = None if state is None else utc(state.first_installed_ns)
        return Stakes(package, max(told, default=None), since, self._kept(package), max(1, len(rows)))

    def _kept(self, package: str) -> Kept | Copy:
        return self._copy if isinstance(self._copy, Copy) else kept_of(self._copy, package)

    def _state(self, package: str) -> PackageState | None:
        if package not in self._states:
            self._states[package] = self._updater.package_state(package)
        return self._states[package]

    @contextmanager
    def opened(self, state: PackageState) -> Iterator[AppSet | None]:
        """Open an app's APKs as they are on the phone; None where they cannot all be read, or are too large."""
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="phoneward-")))
            try:
                files = self._copied(state.apk_paths, folder)
                app = stack.enter_context(open_app(files)) if files else None
            except ApkError:
                app = None
            yield app

    def _copied(self, paths: tuple[bytes, ...], folder: Path) -> list[Path]:
        """Copy files of the phone into a folder; none where one is no file, or they are too many or too large."""
        told = [item for item in self.phone.stat(paths[:MAX_APKS]) if isinstance(item, Entry)]
        sizes = [item.size for item in told if item.kind is FileKind.FILE]
        if len(sizes) != len(paths) or sum(sizes) > MAX_APK_BYTES:
            return []
        files = []
        for number, (stream, size) in enumerate(zip(self.phone.read(paths), sizes, strict=True)):
            target = folder / f"{number}.apk"
            save_stream(stream, size, target, "base.apk" if not number else f"split {number}")
            files.append(target)
        return files

    def _members(self, packages: Iterable[str] | None) -> tuple[SharedUserMember, ...] | None:
        if packages is None:
            return None
        return tuple(SharedUserMember(one, self._signing(one)) for one in packages)

    def _owners(self, candidate: AppSet) -> tuple[PermissionOwner, ...] | None:
        """Return which of the update's permissions other apps define, and who signed those apps."""
        wanted = [one for apk in candidate.apks for one in apk.manifest.permissions]
        if not wanted:
            return ()
        defined = self._updater.defined_permissions()
        if defined is None:
            return None
        found = owners_of(wanted, ((one.name, one.package) for one in defined))
        return tuple(
            PermissionOwner(package, permission, self._signing(package))
            for package, permission in found
            if package != candidate.package
        )

    def _signing(self, package: str) -> Signing | None:
        if package not in self._apps:
            self._others += 1
        app = self.app(package) if self._others <= MAX_OTHERS else None
        return None if app is None else app.signing
