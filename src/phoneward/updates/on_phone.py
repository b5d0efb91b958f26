"""An app as a phone records it, joined with what its APKs say once they were copied from the phone and verified."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from phoneward.apk import AppSet
from phoneward.apk.manifest.facts import DeclaredPermission
from phoneward.apk.signing.facts import Capability, Signing
from phoneward.errors import readable
from phoneward.phones import DeviceFacts, PackageState
from phoneward.updates.from_apk import installed_from
from phoneward.updates.rules.lineage import java_hash
from phoneward.updates.subject import Device, Installed


def device_of_facts(facts: DeviceFacts) -> Device:
    """Return the phone as a judgement wants it."""
    return Device(
        facts.sdk,
        facts.abis,
        facts.is_debuggable_build,
        facts.codenames,
        readable(facts.manufacturer),
        readable(facts.model),
        readable(facts.fingerprint),
    )


def installed_on_phone(state: PackageState, app: AppSet | None, device: Device) -> Installed:
    """Return the app that is on the phone; what other apps matter for it is left open.

    The signer is the one that the app's own APKs prove, and only where the phone's 32-bit hashes do not contradict it:
    a phone that says otherwise was not read right, and then nobody can tell.

    Args:
        state: what the package manager records.
        app: the app's APKs, copied from the phone; None where they could not be read.
        device: the phone.

    Raises:
        ApkUnreadableError, ApkChangedError: an APK cannot be read.
    """
    base = _from_apks(state, app, device)
    hashes = state.signer_hashes
    signing = base.signing
    if signing is not None and hashes and not is_recorded(signing, state):
        signing = None
    every = sum(Capability)  # what the phone does not tell of may be allowed
    past = tuple(
        (one.hash, Capability(every if one.capabilities is None else one.capabilities & every))
        for one in state.past_signers
    )
    return replace(
        base,
        version_code=base.version_code if state.version_code is None else state.version_code,
        version_name=state.version_name or base.version_name,
        signing=signing,
        signer_hash=hashes[0] if hashes is not None and len(hashes) == 1 else None,
        past_signer_hashes=None if hashes is None else past,
        target_sdk=base.target_sdk if state.target_sdk is None else state.target_sdk,
        revision_codes=state.revision_codes or base.revision_codes,
        splits=frozenset(state.splits) or base.splits,
        is_debuggable=state.is_debuggable,
        is_system=state.is_system,
        is_updated_system=state.is_updated_system,
        is_instant=state.is_instant,
        is_persistent=state.is_persistent,
        is_data_only=state.is_data_only,
        shared_user_id=state.shared_user_id,
        shared_user=() if state.shared_user_id == "" else None,
        permission_owners=None,
        installer=readable(state.installer),
        first_installed=utc(state.first_installed_ns),
        last_updated=utc(state.last_updated_ns),
        uid=state.uid,
        user_ids=state.user_ids or frozenset({state.user_id}),
    )


def _from_apks(state: PackageState, app: AppSet | None, device: Device) -> Installed:
    if app is not None and app.base is not None and app.package == state.package:
        return installed_from(app, device)
    # Where a phone tells of upgrade key sets by number only, the keys themselves are in the APK: not known here.
    keys = () if state.upgrade_key_sets == () else None
    return Installed(package=state.package, version_code=state.version_code or 0, upgrade_keys=keys)


def is_recorded(signing: Signing, state: PackageState) -> bool:
    """Tell whether the phone's hashes of an app's signers are those of these certificates."""
    return {java_hash(one) for one in signing.signers} == set(state.signer_hashes or ())


def owners_of(
    wanted: Sequence[DeclaredPermission], defined: Iterable[tuple[str, str]]
) -> tuple[tuple[str, DeclaredPermission], ...]:
    """Return which of an update's permissions other apps define: each with the package.

    Args:
        wanted: that the update defines.
        defined: name and package of every permission of the phone.
    """
    names = {one.name: one for one in wanted}
    return tuple((package, names[name]) for name, package in defined if name in names and package)


def utc(time_ns: int | None) -> dt.datetime | None:
    """Return the phone's nanoseconds since 1970 as an aware time; None where they are none that can be meant."""
    if time_ns is None:
        return None
    try:
        return dt.datetime.fromtimestamp(time_ns // 1_000_000_000, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return None
