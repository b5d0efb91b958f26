"""What a judgement is about: the phone, and the app as it is installed."""

import datetime as dt
from dataclasses import dataclass, field

from phoneward.apk.manifest.facts import DeclaredPermission
from phoneward.apk.signing.facts import Capability, Signing


@dataclass(frozen=True, slots=True)
class Device:
    """The phone, as far as it is known.

    Attributes:
        sdk: API level; None where it is not known.
        abis: kinds of processor it runs, the best first (`ro.product.cpu.abilist`); empty where not known.
        is_debuggable_build: `ro.debuggable`; None where not known: taken for a phone as it is sold.
        codenames: of a preview build (`ro.build.version.all_codenames`); empty on a release.
        manufacturer, model, fingerprint: for known incidents; empty where not known.
        extensions: versions of SDK extensions, by extension (`build.version.extensions.*`); None where not known.
    """

    sdk: int | None
    abis: tuple[str, ...] = ()
    is_debuggable_build: bool | None = None
    codenames: frozenset[str] = frozenset()
    manufacturer: str = ""
    model: str = ""
    fingerprint: str = ""
    extensions: tuple[tuple[int, int], ...] | None = None


@dataclass(frozen=True, slots=True)
class PermissionOwner:
    """Which other app on the phone defines a permission, and who signed that app (None: not known)."""

    package: str
    permission: DeclaredPermission
    signing: Signing | None = None


@dataclass(frozen=True, slots=True)
class SharedUserMember:
    """Another app that shares the user id (None: who signed it is not known)."""

    package: str
    signing: Signing | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """The app as it is on the phone (or as it would be, once an APK that is taken for it was installed).

    Attributes:
        package: its name.
        version_code: the long one.
        version_name: readable.
        signing: whom this phone took for its signer; None where that could not be verified.
        signer_hash: the 32-bit hash that `dumpsys package` shows for the signer's certificate: it can prove a
            difference, never a match. None where it is not known.
        past_signer_hashes: the same of every signer under "past signatures" there, with what it may still do, oldest
            first, ending with the signer itself; empty where it has none; None where not known.
        target_sdk: None where not known.
        revision_codes: of the base (key "") and of each split.
        splits: names, without the base.
        is_debuggable, is_system, is_instant, is_persistent: as Android records them.
        is_updated_system: of one that came with the phone, whether an update lies over it; None where not known.
        is_data_only: it was uninstalled and its data kept (`-k`): there is a record and no app.
        shared_user_id: empty where it has none; None where not known.
        left_shared_user: it left a shared user id once (`sharedUserMaxSdkVersion`).
        shared_user: the other apps under the same user id; None where not known.
        permission_owners: the permissions that other apps on the phone define; None where not known.
        permissions: that the app itself defines; None where not known.
        upgrade_keys: DER public keys of its upgrade key sets, by set; empty where it has none; None where not known.
        no_app_data_storage: as in its manifest; None where not known.
        installer: the package that installed it; empty where not known.
        first_installed, last_updated: aware; None where not known.
        uid: None where not known.
        user_ids: the users of the phone that have it.
    """

    package: str
    version_code: int
    version_name: str = ""
    signing: Signing | None = None
    signer_hash: int | None = None
    past_signer_hashes: tuple[tuple[int, Capability], ...] | None = None
    target_sdk: int | None = None
    revision_codes: dict[str, int] = field(default_factory=dict)
    splits: frozenset[str] = frozenset()
    is_debuggable: bool = False
    is_system: bool = False
    is_updated_system: bool | None = None
    is_instant: bool = False
    is_persistent: bool = False
    is_data_only: bool = False
    shared_user_id: str | None = ""
    left_shared_user: bool = False
    shared_user: tuple[SharedUserMember, ...] | None = ()
    permission_owners: tuple[PermissionOwner, ...] | None = ()
    permissions: tuple[DeclaredPermission, ...] | None = None
    upgrade_keys: tuple[frozenset[bytes], ...] | None = ()
    no_app_data_storage: bool | None = None
    installer: str = ""
    first_installed: dt.datetime | None = None
    last_updated: dt.datetime | None = None
    uid: int | None = None
    user_ids: frozenset[int] = frozenset({0})
