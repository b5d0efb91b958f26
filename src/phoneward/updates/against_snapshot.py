"""A phone as one of its snapshots has it: its apps, their APKs, and what the snapshot holds of their data."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Final

from phoneward.apk import AppSet, open_apk, open_app
from phoneward.apk.errors import ApkError
from phoneward.apk.signing.facts import SdkRange, Signing
from phoneward.errors import PhonewardError, readable
from phoneward.snapshots import AppRecord, Coverage, CoverageMissingError, PastApps, coverage_of, device_of, find
from phoneward.snapshots.kept_apps import VaultSource
from phoneward.texts import Words
from phoneward.updates.against import name_of
from phoneward.updates.from_apk import installed_from
from phoneward.updates.stakes import Copy, Kept, Stakes, figure, kept_of, moment
from phoneward.updates.subject import Device, Installed
from phoneward.vault import Repository, Snapshot

MAX_APKS: Final = 200
"""APKs of one app that are opened: Android splits an app into far fewer."""


class AgainstSnapshot:
    """See `against.Against`.

    Args:
        repo: open, its index loaded.
        ref: `latest` or the first digits of an id.
        abis: kinds of processor of the phone, which a snapshot does not tell; empty where nobody knows.

    Raises:
        NoSnapshotsError, SnapshotNotFoundError, AmbiguousSnapshotError: there is no such snapshot, or several.
        CoverageMissingError: it does not say which phone it is of, or which apps it had.
    """

    def __init__(self, repo: Repository, ref: str, abis: tuple[str, ...] = ()) -> None:
        self.snapshot: Snapshot = find(repo, ref)
        self._repo = repo
        self._apps = PastApps(repo)
        short = self.snapshot.short_id
        try:
            phone = device_of(repo, self.snapshot)
            told = self._apps.told(self.snapshot)
        except ValueError as error:
            raise CoverageMissingError(snapshot=short, detail=readable(str(error))) from error
        self._packages = told.apps
        self._lists_all = bool(told.apps) and not any(map(_is_of_apps, told.not_asked))
        self.device = Device(
            phone.api_level,
            abis,
            manufacturer=phone.manufacturer,
            model=phone.model,
            fingerprint=phone.build_fingerprint,
        )
        self.taken = moment(phone.taken)
        self._labels: dict[str, str] = {}
        self._coverage: Coverage | None = None

    @property
    def packages(self) -> frozenset[str]:
        """The apps that the phone had."""
        return frozenset(app.package for app in self._packages)

    def installed(self, candidate: AppSet) -> Installed | None:
        """See `Against.installed`; where the phone did not list all its apps, one that is not listed may be there."""
        found = self.app(candidate.package)
        return _unknown(candidate.package) if found is None and not self._lists_all else found

    def app(self, package: str) -> Installed | None:
        """Return an app as the snapshot has it; without a signer where its APKs are not all there."""
        records = self._records(package)
        if not records:
            return None
        with self._opened(records[0]) as app:
            if app is not None and app.base is not None:
                self._labels[package] = app.base.manifest.label
                try:
                    return _joined(installed_from(app, self.device), records)
                except ApkError:  # a damaged piece of it in the vault proves no signer
                    return _joined(None, records)
        return _joined(None, records)

    def signer(self, package: str) -> Signing | None:
        """Return who signed an app, as its main file in the snapshot says; it is not read whole. None: not known."""
        records = self._records(package)
        base = records[0].apk[0].stored if records and records[0].apk else ""
        node = self._apps.apk(self.snapshot, base) if base else None
        if node is None:
            return None
        sdk = self.device.sdk
        try:
            with open_apk(VaultSource(self._apps.open(node), "base.apk")) as apk:
                if apk.manifest.package != package:
                    return None
                return apk.signing(None if sdk is None else SdkRange(sdk, sdk))
        except PhonewardError:  # damaged in the vault, or no app
            return None

    def called(self, package: str) -> Words:
        """See `Against.called`."""
        return name_of(package, self._labels.get(package, ""))

    def stakes(self, package: str) -> Stakes:
        """See `Against.stakes`."""
        records = self._records(package)
        told = [size for record in records if (size := figure(record.data_bytes)) is not None]
        since = [time for record in records if (time := moment(record.first_installed)) is not None]
        return Stakes(
            package,
            max(told, default=None),
            min(since, default=None),
            self._kept(package),
            max(1, len(records)),
        )

    def _kept(self, package: str) -> Kept | Copy:
        if self._coverage is None:
            try:
                self._coverage = coverage_of(self._repo, self.snapshot.id or "")
            except CoverageMissingError:
                return Copy.NO_COVERAGE
        return kept_of(self._coverage, package)

    def _records(self, package: str) -> list[AppRecord]:
        """Return an app of all users, the phone's owner first."""
        return sorted((app for app in self._packages if app.package == package), key=lambda app: app.user_id)

    @contextmanager
    def _opened(self, record: AppRecord) -> Iterator[AppSet | None]:
        """Open an app's APKs in the snapshot; None where they are not all there, or cannot be read."""
        sources = []
        for apk in record.apk[:MAX_APKS]:
            node = self._apps.apk(self.snapshot, apk.stored) if apk.stored else None
            if node is None:
                yield None
                return
            sources.append(VaultSource(self._apps.open(node), apk.stored.rpartition("/")[2]))
        with ExitStack() as stack:
            try:
                app = stack.enter_context(open_app(sources)) if sources else None
            except ApkError:
                app = None
            yield app


def _is_of_apps(question: str) -> bool:
    """Tell whether a question that a phone did not answer (`AppInventory.not_asked`) is which apps it has."""
    return question in {"apps", "users"} or question.startswith("apps-of-user-")


def _unknown(package: str, version_code: int = 0) -> Installed:
    return Installed(
        package=package, version_code=version_code, target_sdk=None, shared_user_id=None, upgrade_keys=None
    )


def _joined(told: Installed | None, records: list[AppRecord]) -> Installed:
    """Return what APKs say of an app together with what the phone said of it."""
    first = records[0]
    base = told or _unknown(first.package, first.version_code or 0)
    return replace(
        base,
        is_system=first.is_system,
        installer=first.installer,
        first_installed=moment(first.first_installed),
        last_updated=moment(first.last_updated),
        uid=first.uid,
        user_ids=frozenset(record.user_id for record in records),
        shared_user=None if base.shared_user_id != "" else (),
        permission_owners=None,
    )
