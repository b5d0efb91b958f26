"""An old APK taken for the app that is installed."""

from phoneward.apk.app import AppSet
from phoneward.apk.signing.facts import SdkRange
from phoneward.updates.errors import NoBaseError
from phoneward.updates.rules.rule import IN_DEVELOPMENT
from phoneward.updates.rules.shareduser import leaving
from phoneward.updates.subject import Device, Installed


def installed_from(app: AppSet, device: Device) -> Installed:
    """Return what a phone would hold once this app was installed on it.

    Its signer is the one that a phone of this Android version records: the same file has one signer for Android 12 and
    another for Android 13 where its proof of rotation says so. Where that phone would not believe it, the signer is
    None, and a judgement is undecided.

    Args:
        app: the old version, with its parts.
        device: what other apps are on it is not known from files, and is left out (None).

    Raises:
        NoBaseError: there is no base.
        ApkUnreadableError, ApkChangedError: an APK cannot be read.
    """
    if app.base is None:
        raise NoBaseError(file=app.name)
    manifest = app.base.manifest
    sdk = device.sdk
    found = app.base.verify(None if sdk is None else SdkRange(sdk, sdk))
    shared, leaves = leaving(manifest.shared_user_id, manifest.shared_user_max_sdk, sdk)
    keys = dict(manifest.key_sets)
    return Installed(
        package=manifest.package,
        version_code=manifest.version_code,
        version_name=manifest.version_name,
        signing=found.signing,
        target_sdk=IN_DEVELOPMENT if manifest.target_sdk is None else manifest.target_sdk,
        revision_codes={apk.manifest.split: apk.manifest.revision_code for apk in app.apks},
        splits=frozenset(apk.manifest.split for apk in app.splits),
        is_debuggable=manifest.is_debuggable,
        shared_user_id="" if leaves else shared,
        left_shared_user=leaves,
        shared_user=None if shared and not leaves else (),
        permission_owners=None,
        permissions=tuple(one for apk in app.apks for one in apk.manifest.permissions),
        upgrade_keys=tuple(frozenset(keys[name]) for name in manifest.upgrade_key_sets if keys.get(name)),
        no_app_data_storage=bool(manifest.no_app_data_storage),
    )
