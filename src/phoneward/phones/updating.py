"""What an update asks of a phone: one app's state as the package manager records it, and putting a new version over it.

Only Android phones that are there have it. Nothing here decides whether an update is taken: a room above judges, shows
the judgement, and hands over exactly the bytes that were judged.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from phoneward.phones.writing import ApkFile
from phoneward.progress import Listener, silent


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """What of a phone decides which apps it takes. Empty or None where it does not tell.

    Attributes:
        sdk: API level (`ro.build.version.sdk`).
        release: Android version as people know it.
        codenames: of a preview build (`ro.build.version.all_codenames`); empty on a release (`REL`).
        abis: kinds of processor, the best first (`ro.product.cpu.abilist`).
        is_debuggable_build: `ro.debuggable`.
        manufacturer, brand, model, fingerprint: of the build.
    """

    sdk: int | None
    release: str = ""
    codenames: frozenset[str] = frozenset()
    abis: tuple[str, ...] = ()
    is_debuggable_build: bool | None = None
    manufacturer: str = ""
    brand: str = ""
    model: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class PastSigner:
    """An earlier signer of a proof of rotation, as `dumpsys package` shows it (Android 9 and later).

    Attributes:
        hash: 32 bits, `java.util.Arrays.hashCode` of the certificate's bytes, 0…2**32 - 1.
        capabilities: flags of AOSP `SigningDetails.CertCapabilities`; None where not told.
    """

    hash: int
    capabilities: int | None = None


@dataclass(frozen=True, slots=True)
class DefinedPermission:
    """A permission that an app on the phone defines.

    Attributes:
        package: which one; empty where the phone does not tell.
        protection: as the phone prints it, `normal`, `signature|privileged`; empty where not told.
    """

    name: str
    package: str = ""
    protection: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageState:
    """One app as the package manager records it, seen for one user. What a phone does not tell is None (or empty).

    Attributes:
        package, user_id: of whom this tells.
        is_installed: for this user.
        is_data_only: it was uninstalled and its data kept (`-k`): a record and no app (`pkg=null`), for all users.
        version_code: the long one.
        version_name: readable.
        min_sdk, target_sdk: API levels.
        signer_hashes: of each current signer's certificate; see `PastSigner.hash`. They can prove a difference, never
            a match. None where the phone shows none that can be read.
        past_signers: oldest first, the current one included; empty where there was no rotation.
        signing_version: of the scheme that the phone went by (`apkSigningVersion`): 1, 2, 3 …
        splits: names, without the base, in the phone's order.
        revision_codes: of the base (key "") and of splits, where they are not 0.
        is_debuggable, is_test_only, is_persistent: of its manifest.
        is_system, is_updated_system: part of the system; part of the system with an update over it.
        is_instant: for this user.
        shared_user_id: empty where it has none.
        shared_user_packages: the other apps under that id; empty where it has none; None where not told.
        installer: the package that counts as having installed it; empty where none.
        initiating_installer, originating_installer: who asked for it, and where it came from (Android 11 and later).
        first_installed_ns, last_updated_ns: nanoseconds since 1970 UTC; the first is this user's.
        uid: of this user.
        user_ids: users that have it.
        code_path: folder of its APKs; another one after each install, whatever the version.
        apk_paths: base first, then the splits; empty where `pm path` did not tell.
        data_dir: its private folder.
        primary_abi: kind of processor its libraries were installed for; empty where it has none.
        declared_permissions: that it defines.
        signing_key_set, upgrade_key_sets: numbers of sets of keys (`Key Set Manager`); with any upgrade set, keys
            decide and not the signer. None where not told.
    """

    package: str
    user_id: int = 0
    is_installed: bool = True
    is_data_only: bool = False
    version_code: int | None = None
    version_name: str = ""
    min_sdk: int | None = None
    target_sdk: int | None = None
    signer_hashes: tuple[int, ...] | None = None
    past_signers: tuple[PastSigner, ...] = ()
    signing_version: int | None = None
    splits: tuple[str, ...] = ()
    revision_codes: dict[str, int] = field(default_factory=dict)
    is_debuggable: bool = False
    is_test_only: bool = False
    is_persistent: bool = False
    is_system: bool = False
    is_updated_system: bool = False
    is_instant: bool = False
    shared_user_id: str | None = ""
    shared_user_packages: tuple[str, ...] | None = ()
    installer: str = ""
    initiating_installer: str = ""
    originating_installer: str = ""
    first_installed_ns: int | None = None
    last_updated_ns: int | None = None
    uid: int | None = None
    user_ids: frozenset[int] = frozenset()
    code_path: bytes = b""
    apk_paths: tuple[bytes, ...] = ()
    data_dir: bytes = b""
    primary_abi: str = ""
    declared_permissions: tuple[DefinedPermission, ...] = ()
    signing_key_set: int | None = None
    upgrade_key_sets: tuple[int, ...] | None = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstallOptions:
    """How a set of APKs is to be installed. Android honours each by rules of its own.

    Attributes:
        user_id: for which user; the others that have the app get the new version too, as always.
        over_existing: whether it may take the place of an installed app (else it is refused: `-R`).
        inherit: keep the splits that are not among those handed over (`-p`).
        allow_test_only: `-t`.
        allow_downgrade: `-d`; honoured where the installed app is debuggable, or the phone's build is.
        bypass_low_target_sdk: `--bypass-low-target-sdk-block` (Android 14 and later).
        installer: the package to be recorded as its installer (`-i`); empty leaves it to Android.
    """

    user_id: int = 0
    over_existing: bool = True
    inherit: bool = False
    allow_test_only: bool = False
    allow_downgrade: bool = False
    bypass_low_target_sdk: bool = False
    installer: str = ""


class UpdatablePhone(Protocol):
    """A phone whose apps can be looked at one by one, and updated. Use it inside the phone's own `with`.

    Every implementation MUST:
    - hand over exactly the bytes of `ApkFile.pieces`, or none: what is more or less than `size` ends the attempt;
    - leave nothing behind of an attempt that was not committed, where the phone can still be asked;
    - never take an app away by itself.
    """

    def device_facts(self) -> DeviceFacts:
        """Return what the phone is."""

    def package_state(self, package: str, user_id: int = 0) -> PackageState | None:
        """Return what the phone records of one app, asked anew each time; None where it knows no such app.

        Raises:
            PhoneGoneError: the connection was lost, or the answer makes no sense.
        """

    def defined_permissions(self) -> tuple[DefinedPermission, ...] | None:
        """Return the permissions that apps on the phone define, each with its app; None where it does not tell."""

    def free_bytes(self) -> int | None:
        """Return the room where apps are installed (`/data`); None where the phone does not tell."""

    def install_update(
        self,
        package: str,
        apks: Sequence[ApkFile],
        *,
        options: InstallOptions = InstallOptions(),
        before_commit: Callable[[], None] | None = None,
        listener: Listener = silent,
    ) -> None:
        """Install a set of APKs in one session; returns when the phone says that it is done.

        Args:
            package: whose they are.
            apks: the base first (with `options.inherit` it may be missing).
            options: how.
            before_commit: called once everything is on the phone and nothing has changed yet, to look at the app again;
                what it raises ends the attempt, and is raised on.
            listener: told of bytes sent, and where the phone seems to wait for somebody.

        Raises:
            UpdateRefusedError: the phone did not take it; app and data are as they were.
            InstallCutOffError: the connection was lost. Unless the commit had been asked for nothing has changed; else
                `package_state`, asked after the phone is back, tells (`code_path` is another one if it happened).
            PhoneCannotBeWrittenError: the phone is too old to tell whether something worked.
        """

    def uninstall(self, package: str, *, keep_data: bool = False, user_id: int | None = None) -> None:
        """Take an app away. ITS DATA GOES WITH IT, unless `keep_data`, and then only its own signer can come back.

        Args:
            package: the app.
            keep_data: `-k`.
            user_id: for this user only; None for all.

        Raises:
            UpdateRefusedError: the phone did not do it.
            PhoneGoneError: the connection was lost; `package_state` tells whether it happened.
        """
