"""What of a manifest decides whether a phone takes an app, and what a person wants to know of it."""

from dataclasses import dataclass
from typing import Final

MIN_SDK_DEFAULT: Final = 1
"""AOSP `FrameworkParsingPackageUtils`: without `minSdkVersion` an app runs on every Android."""


@dataclass(frozen=True, slots=True)
class DeclaredPermission:
    """A permission or a permission group that an app defines.

    Attributes:
        name: of the permission.
        protection_level: as in AOSP `PermissionInfo.protectionLevel`; 0 (normal) where it is not said.
        is_group: a `<permission-group>`.
        group: that it belongs to; empty where none.
        is_tree: a `<permission-tree>`.
    """

    name: str
    protection_level: int = 0
    is_group: bool = False
    group: str = ""
    is_tree: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One APK's manifest. Texts are as stored; they come from outside and may be anything of bounded length.

    Attributes:
        package: its `package`, checked by Android's rules for names.
        split: the name of the split; empty for a base.
        config_for: the split that this configuration split belongs to; empty where none.
        version_code: `versionCodeMajor << 32 | versionCode`, as AOSP `PackageInfo.composeLongVersionCode`.
        version_name: readable; empty where it is not there, or is a resource that cannot be told.
        revision_code: `android:revisionCode`, of base and splits.
        min_sdk, target_sdk: API levels; None where the manifest gives a codename.
        min_codename, target_codename: such as `Tiramisu`; empty where it gives a number.
        max_sdk: None where it is not said (no longer honoured by Android).
        min_extensions: least versions of SDK extensions (`<extension-sdk>`), by extension.
        shared_user_id: empty where none.
        shared_user_max_sdk: `android:sharedUserMaxSdkVersion`; 0 where it is not said.
        is_test_only, is_debuggable, is_persistent: of `<application>`.
        is_split_required: the installer wants splits beside the base (`isSplitRequired`).
        looks_for_splits: the app itself looks for them when it starts (Play Core, by the meta-data
            `com.android.vending.splits.required`); no installer does.
        required_split_types, split_types: `android:requiredSplitTypes`, `android:splitTypes`.
        is_feature: `android:isFeatureSplit`.
        uses_split: names of splits that this one needs (`<uses-split>`).
        has_code: `android:hasCode`.
        extract_native_libs: None where it is not said.
        use_embedded_dex: of `<application>`.
        multi_arch, uses_32bit_abi: `android:multiArch`, `android:use32bitAbi`.
        target_sandbox_version: 1 where it is not said.
        no_app_data_storage: the property `android.internal.PROPERTY_NO_APP_DATA_STORAGE`.
        backup_agent, allow_backup: what Android's own backup takes; None where it is not said.
        permissions: that it defines.
        requested: permissions that it asks for, in order, each once.
        upgrade_key_sets: names in `<key-sets><upgrade-key-set>`; decide instead of the signer where there are any.
        key_sets: DER public keys by name.
        label: the app's name, in the reader's language where it has that; empty where it cannot be told.
        static_library, sdk_library: names of `<static-library>`, `<sdk-library>`; empty where none.
        uses_libraries: shared libraries that must be on the phone.
        overlay_target: `<overlay android:targetPackage>`; empty where none.
        has_fragile_user_data: Android asks whether to keep the data when the app is removed.
        unresolved: names of attributes here whose value is a resource that cannot be told, and which therefore have
            their default.
    """

    package: str
    split: str = ""
    config_for: str = ""
    version_code: int = 0
    version_name: str = ""
    revision_code: int = 0
    min_sdk: int | None = MIN_SDK_DEFAULT
    min_codename: str = ""
    target_sdk: int | None = MIN_SDK_DEFAULT
    target_codename: str = ""
    max_sdk: int | None = None
    min_extensions: tuple[tuple[int, int], ...] = ()
    shared_user_id: str = ""
    shared_user_max_sdk: int = 0
    is_test_only: bool = False
    is_debuggable: bool = False
    is_persistent: bool = False
    is_split_required: bool = False
    looks_for_splits: bool = False
    required_split_types: frozenset[str] = frozenset()
    split_types: frozenset[str] = frozenset()
    is_feature: bool = False
    uses_split: tuple[str, ...] = ()
    has_code: bool = True
    extract_native_libs: bool | None = None
    use_embedded_dex: bool = False
    multi_arch: bool = False
    uses_32bit_abi: bool = False
    target_sandbox_version: int = 1
    no_app_data_storage: bool | None = None
    allow_backup: bool | None = None
    backup_agent: str = ""
    permissions: tuple[DeclaredPermission, ...] = ()
    requested: tuple[str, ...] = ()
    upgrade_key_sets: tuple[str, ...] = ()
    key_sets: tuple[tuple[str, tuple[bytes, ...]], ...] = ()
    label: str = ""
    static_library: str = ""
    sdk_library: str = ""
    uses_libraries: tuple[str, ...] = ()
    overlay_target: str = ""
    has_fragile_user_data: bool = False
    unresolved: frozenset[str] = frozenset()
