"""What Android's installer does, row by row. Each row's outcome is read in AOSP, at the place it names, not in the code.

Places are in frameworks/base: `prepare` is InstallPackageHelper.preparePackage, `session` is
PackageInstallerSession.validateApkInstallLocked, `utils` is PackageManagerServiceUtils.
"""

# ruff: noqa: E501 - tables: a row a line

from dataclasses import replace
from typing import Any

import pytest

from phoneward.apk.app import AppSet
from phoneward.apk.manifest.facts import DeclaredPermission
from phoneward.apk.signing.facts import Capability, Scheme
from phoneward.updates import Device, Effect, Installed, PermissionOwner, SharedUserMember, Verdict, judge
from tests.updates.rules.fakes import (
    PACKAGE,
    PHONE,
    USUAL,
    apk,
    codes,
    one,
    several,
    signed,
    statuses,
    there,
    unsigned,
)

KEEPS, REFUSED, WIPES, UNDECIDED = Verdict.KEEPS, Verdict.REFUSED, Verdict.WIPES, Verdict.UNDECIDED
OTHER = signed("X")
NO_DATA = Capability(2 | 4 | 16)
WITH_ROLLBACK = USUAL | Capability.ROLLBACK
INCOMPATIBLE = "INSTALL_FAILED_UPDATE_INCOMPATIBLE"
DOWNGRADE = "INSTALL_FAILED_VERSION_DOWNGRADE"

SIGNERS = [
    ("utils.verifySignatures: equal", signed("A"), signed("A"), KEEPS, "signer-same"),
    ("utils.verifySignatures: another", signed("A"), signed("B"), WIPES, "signer-differs"),
    ("checkCapability: past signer with INSTALLED_DATA", signed("A"), signed("B", past=(("A", USUAL),)), KEEPS, "signer-rotated"),
    ("checkCapability: past signer, INSTALLED_DATA revoked", signed("A"), signed("B", past=(("A", NO_DATA),)), WIPES, "signer-revoked"),
    ("checkCapability: two steps back", signed("A"), signed("C", past=(("A", USUAL), ("B", USUAL))), KEEPS, "signer-rotated"),
    ("checkCapability: two steps back, revoked there", signed("A"), signed("C", past=(("A", NO_DATA), ("B", USUAL))), WIPES, "signer-revoked"),
    ("verifySignatures: old.checkCapability(new, ROLLBACK) not granted", signed("B", past=(("A", USUAL),)), signed("A"), WIPES, "signer-older"),
    ("verifySignatures: old.checkCapability(new, ROLLBACK) granted", signed("B", past=(("A", WITH_ROLLBACK),)), signed("A"), KEEPS, "signer-rolled-back"),
    ("checkCapability: lineages part after A", signed("B", past=(("A", USUAL),)), signed("C", past=(("A", USUAL),)), WIPES, "signer-diverged"),
    ("checkCapability: oldDetails has several: areExactMatch, any order", signed("A", "B"), signed("B", "A"), KEEPS, "signer-same"),
    ("checkCapability: several, one missing", signed("A", "B"), signed("A"), WIPES, "signer-differs"),
    ("hasCertificateInternal: new has several, old one of them", signed("A"), signed("A", "B"), WIPES, "signer-differs"),
    ("hasCertificateInternal: the last past entry counts as the signer itself", signed("B"), signed("B", past=(("A", USUAL),)), KEEPS, "signer-same"),
    ("checkCapability: the current signer has all capabilities", signed("B", past=(("A", NO_DATA),)), signed("B"), KEEPS, "signer-same"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "old", "new", "verdict", "code"), SIGNERS, ids=[row[0] for row in SIGNERS])
def test_who_signed_decides_over_the_data(place: str, old: Any, new: Any, verdict: Verdict, code: str) -> None:
    """An app of the same publisher keeps its data; nobody else's app ever gets it."""
    said = judge(there(old), one(new), PHONE)
    assert (said.verdict, code in codes(said)) == (verdict, True), place
    assert (INCOMPATIBLE in statuses(said)) is (verdict is WIPES)


ROWS: list[tuple[str, Installed | None, AppSet, Device, Verdict, str, str]] = [
    # utils.checkDowngrade, isDowngradePermitted
    ("checkDowngrade: lower", there(version_code=3), one(), PHONE, WIPES, "version-downgrade", DOWNGRADE),
    ("checkDowngrade: equal", there(version_code=2), one(), PHONE, KEEPS, "version-equal", ""),
    ("checkDowngrade: higher", there(version_code=1), one(), PHONE, KEEPS, "version-newer", ""),
    ("getLongVersionCode: major is above", there(version_code=(1 << 32) + 1), one(version_code=900), PHONE, WIPES, "version-downgrade", DOWNGRADE),
    ("isDowngradePermitted: isAppDebuggable", there(version_code=3, is_debuggable=True), one(), PHONE, REFUSED, "version-downgrade", DOWNGRADE),
    ("isDowngradePermitted: Build.IS_DEBUGGABLE", there(version_code=3), one(), replace(PHONE, is_debuggable_build=True), REFUSED, "version-downgrade", DOWNGRADE),
    ("isDowngradePermitted: the new app's own mark is not asked", there(version_code=3), one(is_debuggable=True), PHONE, WIPES, "version-downgrade", DOWNGRADE),
    ("checkDowngrade: equal, baseRevisionCode lower", there(version_code=2, revision_codes={"": 5}), one(revision_code=4), PHONE, WIPES, "revision-downgrade", DOWNGRADE),
    ("checkDowngrade: equal, baseRevisionCode equal", there(version_code=2, revision_codes={"": 5}), one(revision_code=5), PHONE, KEEPS, "version-equal", ""),
    ("checkDowngrade: higher, baseRevisionCode not asked", there(version_code=1, revision_codes={"": 5}), one(revision_code=4), PHONE, KEEPS, "version-newer", ""),
    ("checkDowngrade: equal, a split's revision lower", there(version_code=2, revision_codes={"": 1, "de": 7}, splits=frozenset({"de"})), several(apk(revision_code=1), apk(split="de", revision_code=6)), PHONE, WIPES, "revision-downgrade", DOWNGRADE),
    ("checkDowngrade: equal, a split that is not in both", there(version_code=2, revision_codes={"": 1, "fr": 7}, splits=frozenset({"fr"})), several(apk(revision_code=1), apk(split="de", revision_code=6)), PHONE, KEEPS, "version-equal", ""),
    ("dataOwnerPkg: uninstalled with -k, lower", there(version_code=3, is_data_only=True), one(), PHONE, WIPES, "version-downgrade", DOWNGRADE),
    ("signatureCheckPs: uninstalled with -k, another signer", there(is_data_only=True), one(OTHER), PHONE, WIPES, "signer-differs", INCOMPATIBLE),
    ("uninstalled with -k, the same signer", there(is_data_only=True), one(), PHONE, KEEPS, "data-only", ""),
    # FrameworkParsingPackageUtils
    ("computeMinSdkVersion: above", there(), one(min_sdk=35), PHONE, REFUSED, "min-sdk", "INSTALL_FAILED_OLDER_SDK"),
    ("computeMinSdkVersion: the phone's own", there(), one(min_sdk=34), PHONE, KEEPS, "version-newer", ""),
    ("computeMinSdkVersion: another signer too, still never", there(), one(OTHER, min_sdk=35), PHONE, REFUSED, "min-sdk", f"INSTALL_FAILED_OLDER_SDK {INCOMPATIBLE}"),
    ("computeMinSdkVersion: codename on a release", there(), one(min_sdk=None, min_codename="Tiramisu"), PHONE, REFUSED, "codename", "INSTALL_FAILED_OLDER_SDK"),
    ("matchTargetCode: codename before the dot", there(target_sdk=10_000), one(min_sdk=None, min_codename="Baklava.abc", target_sdk=None, target_codename="Baklava"), replace(PHONE, codenames=frozenset({"Baklava"})), KEEPS, "version-newer", ""),
    ("computeTargetSdkVersion: codename on a release", there(), one(target_sdk=None, target_codename="Baklava"), PHONE, REFUSED, "codename", "INSTALL_FAILED_OLDER_SDK"),
    ("maxSdkVersion is no longer looked at", there(), one(max_sdk=20), PHONE, KEEPS, "version-newer", ""),
    ("a part needs a later Android (ApkLiteParseUtils)", there(), several(apk(), apk(split="x", min_sdk=36)), PHONE, REFUSED, "min-sdk", "INSTALL_FAILED_OLDER_SDK"),
    # prepare: MIN_INSTALLABLE_TARGET_SDK: 23 in Android 14, 24 in 15 and later, nothing before
    ("target 22 on 13", there(target_sdk=22), one(target_sdk=22), replace(PHONE, sdk=33), KEEPS, "version-newer", ""),
    ("target 22 on 14", there(target_sdk=22), one(target_sdk=22), PHONE, REFUSED, "target-too-old", "INSTALL_FAILED_DEPRECATED_SDK_VERSION"),
    ("target 23 on 14", there(target_sdk=23), one(target_sdk=23), PHONE, KEEPS, "version-newer", ""),
    ("target 23 on 15", there(target_sdk=23), one(target_sdk=23), replace(PHONE, sdk=35), REFUSED, "target-too-old", "INSTALL_FAILED_DEPRECATED_SDK_VERSION"),
    ("target 24 on 16", there(target_sdk=24), one(target_sdk=24), replace(PHONE, sdk=36), KEEPS, "version-newer", ""),
    ("bypassLowTargetSdkBlock: test-only, only -t is needed", there(target_sdk=22), one(target_sdk=22, is_test_only=True), PHONE, REFUSED, "test-only", "INSTALL_FAILED_TEST_ONLY"),
    ("oldTargetSdk > LOLLIPOP_MR1, new not", there(target_sdk=23), one(target_sdk=22), replace(PHONE, sdk=33), WIPES, "permission-model-downgrade", "INSTALL_FAILED_PERMISSION_MODEL_DOWNGRADE"),
    ("replace: false where only data was left", there(target_sdk=23, is_data_only=True), one(target_sdk=22), replace(PHONE, sdk=33), KEEPS, "data-only", ""),
    ("oldTargetSdk = LOLLIPOP_MR1", there(target_sdk=22), one(target_sdk=21), replace(PHONE, sdk=33), KEEPS, "version-newer", ""),
    ("oldTargetSdk is not known", there(target_sdk=None), one(target_sdk=22), replace(PHONE, sdk=33), UNDECIDED, "target-unknown", ""),
    ("parseMinExtensionVersions: not known", there(), one(min_extensions=((30, 3),)), PHONE, UNDECIDED, "sdk-extension-unknown", ""),
    ("parseMinExtensionVersions: enough", there(), one(min_extensions=((30, 3),)), replace(PHONE, extensions=((30, 3),)), KEEPS, "version-newer", ""),
    ("parseMinExtensionVersions: too low", there(), one(min_extensions=((30, 3),)), replace(PHONE, extensions=((30, 2),)), REFUSED, "sdk-extension", "INSTALL_FAILED_OLDER_SDK"),
    ("the Android version is not known", there(), one(), replace(PHONE, sdk=None), UNDECIDED, "android-version-unknown", ""),
    # session
    ("Full install must include a base package; nothing there", None, several(None, apk(split="de")), PHONE, REFUSED, "base-missing", "INSTALL_FAILED_INVALID_APK"),
    ("Missing existing base package: only data is left", there(version_code=2, is_data_only=True), several(None, apk(split="de")), PHONE, REFUSED, "base-missing", "INSTALL_FAILED_INVALID_APK"),
    ("inherit: the same version and signers", there(version_code=2), several(None, apk(split="de")), PHONE, KEEPS, "parts-added", ""),
    ("inherit: another version", there(version_code=1), several(None, apk(split="de")), PHONE, REFUSED, "parts-for-another-version", "INSTALL_FAILED_INVALID_APK"),
    ("inherit: Existing signatures are inconsistent", there(OTHER, version_code=2), several(None, apk(split="de")), PHONE, REFUSED, "parts-for-another-version", f"INSTALL_FAILED_INVALID_APK {INCOMPATIBLE}"),
    ("assertApkConsistentLocked: package", there(), several(apk(), apk(split="de", package="org.example.other")), PHONE, REFUSED, "parts-of-several-apps", "INSTALL_FAILED_INVALID_APK"),
    ("assertApkConsistentLocked: version", there(), several(apk(), apk(split="de", version_code=3)), PHONE, REFUSED, "parts-of-several-versions", "INSTALL_FAILED_INVALID_APK"),
    ("assertApkConsistentLocked: signaturesMatchExactly", there(), several(apk(), apk(OTHER, split="de")), PHONE, REFUSED, "parts-of-several-signers", "INSTALL_FAILED_INVALID_APK"),
    ("Split was defined multiple times", there(), several(apk(), apk(split="de"), apk(split="de")), PHONE, REFUSED, "part-twice", "INSTALL_FAILED_INVALID_APK"),
    ("isSplitRequired, base alone", there(), one(is_split_required=True), PHONE, REFUSED, "part-missing", "INSTALL_FAILED_MISSING_SPLIT"),
    ("isSplitRequired, base alone, Android 9 does not know it", there(), one(is_split_required=True), replace(PHONE, sdk=28), KEEPS, "version-newer", ""),
    ("isSplitRequired, any part", there(), several(apk(is_split_required=True), apk(split="de")), PHONE, KEEPS, "version-newer", ""),
    ("requiredSplitTypes not covered", there(), several(apk(required_split_types=frozenset({"abi"})), apk(split="de")), PHONE, REFUSED, "part-missing", "INSTALL_FAILED_MISSING_SPLIT"),
    ("requiredSplitTypes covered", there(), several(apk(required_split_types=frozenset({"abi"})), apk(split="arm", split_types=frozenset({"abi"}))), PHONE, KEEPS, "version-newer", ""),
    ("requiredSplitTypes of a part count (addAll)", there(), several(apk(is_split_required=True), apk(split="f", required_split_types=frozenset({"f_abi"}))), PHONE, REFUSED, "part-missing", "INSTALL_FAILED_MISSING_SPLIT"),
    ("requiredSplitTypes on Android 12", there(), several(apk(required_split_types=frozenset({"abi"})), apk(split="de")), replace(PHONE, sdk=32), KEEPS, "version-newer", ""),
    ("requiredSplitTypes on Android 12, with isSplitRequired", there(), several(apk(is_split_required=True, required_split_types=frozenset({"abi"})), apk(split="de")), replace(PHONE, sdk=32), KEEPS, "version-newer", ""),
    ("requiredSplitTypes on Android 12, base alone", there(), one(required_split_types=frozenset({"abi"})), replace(PHONE, sdk=32), KEEPS, "version-newer", ""),
    ("a full install replaces the set", there(splits=frozenset({"de", "fr"})), several(apk(), apk(split="de")), PHONE, KEEPS, "parts-dropped", ""),
    # Marks in the manifest, in prepare
    ("isTestOnly without INSTALL_ALLOW_TEST", there(), one(is_test_only=True), PHONE, REFUSED, "test-only", "INSTALL_FAILED_TEST_ONLY"),
    ("isTestOnly on a phone without the app", None, one(is_test_only=True), PHONE, REFUSED, "test-only", "INSTALL_FAILED_TEST_ONLY"),
    ("ps.isPersistent", there(is_persistent=True, is_system=True), one(), PHONE, REFUSED, "persistent", "INSTALL_FAILED_INVALID_APK"),
    ("the update's own android:persistent is not asked", there(), one(is_persistent=True), PHONE, KEEPS, "version-newer", ""),
    ("checkNoAppStorageIsConsistent: now none", there(), one(no_app_data_storage=True), PHONE, WIPES, "no-app-data-storage", INCOMPATIBLE),
    ("checkNoAppStorageIsConsistent: now some", there(no_app_data_storage=True), one(), PHONE, WIPES, "no-app-data-storage", INCOMPATIBLE),
    ("checkNoAppStorageIsConsistent: both none", there(no_app_data_storage=True), one(no_app_data_storage=True), PHONE, KEEPS, "version-newer", ""),
    ("checkNoAppStorageIsConsistent: false is as nothing", there(), one(no_app_data_storage=False), PHONE, KEEPS, "version-newer", ""),
    ("RESOURCES_ARSC_COMPRESSED, target 30", there(), one(resources_unusable=True, target_sdk=30), PHONE, REFUSED, "resources-compressed", "INSTALL_PARSE_FAILED_RESOURCES_ARSC_COMPRESSED"),
    ("RESOURCES_ARSC_COMPRESSED, target 29", there(), one(resources_unusable=True, target_sdk=29), PHONE, KEEPS, "version-newer", ""),
    ("RESOURCES_ARSC_COMPRESSED, on Android 10", there(), one(resources_unusable=True), replace(PHONE, sdk=29), KEEPS, "version-newer", ""),
    # signatures
    ("getMinimumSignatureSchemeVersionForTargetSdk: 30 and v1 only", there(), one(signed("A", scheme=Scheme.V1)), PHONE, REFUSED, "signature-scheme-too-old", "INSTALL_PARSE_FAILED_NO_CERTIFICATES"),
    ("getMinimumSignatureSchemeVersionForTargetSdk: 29 and v1 only", there(), one(signed("A", scheme=Scheme.V1), target_sdk=29), PHONE, KEEPS, "version-newer", ""),
    ("ApkSignatureVerifier.verify fails", there(), AppSet(PACKAGE, unsigned()), PHONE, REFUSED, "signature-invalid", "INSTALL_PARSE_FAILED_NO_CERTIFICATES"),
    ("ApkSignatureVerifier.verify fails for a part", there(), several(apk(), unsigned(split="de")), PHONE, REFUSED, "signature-invalid", "INSTALL_PARSE_FAILED_NO_CERTIFICATES"),
    # NativeLibraryHelper
    ("findSupportedAbi: none fits", there(), one(abis=frozenset({"x86"})), PHONE, REFUSED, "abi", "INSTALL_FAILED_NO_MATCHING_ABIS"),
    ("findSupportedAbi: none fits, and another signer", there(), one(OTHER, abis=frozenset({"x86"})), PHONE, REFUSED, "abi", f"INSTALL_FAILED_NO_MATCHING_ABIS {INCOMPATIBLE}"),
    ("findSupportedAbi: one fits", there(), one(abis=frozenset({"x86", "armeabi-v7a"})), PHONE, KEEPS, "version-newer", ""),
    ("findSupportedAbi: 32 bits on a phone of 64 only", there(), one(abis=frozenset({"armeabi-v7a"})), replace(PHONE, abis=("arm64-v8a",)), REFUSED, "abi", "INSTALL_FAILED_NO_MATCHING_ABIS"),
    ("findSupportedAbi: a part has it", there(), several(apk(abis=frozenset({"x86"})), apk(split="arm", abis=frozenset({"arm64-v8a"}))), PHONE, KEEPS, "version-newer", ""),
    ("NO_NATIVE_LIBRARIES", there(), one(), PHONE, KEEPS, "version-newer", ""),
    ("kinds of processor not known", there(), one(abis=frozenset({"x86"})), replace(PHONE, abis=()), KEEPS, "abi-not-looked-at", ""),
    ("copyNativeBinariesWithOverride: multiArch passes over NO_MATCHING_ABIS", there(), one(abis=frozenset({"x86"}), multi_arch=True), PHONE, KEEPS, "version-newer", ""),
    ("forceMultiArchNativeLibsMatch: 15, target 35, one family missing", there(), one(abis=frozenset({"arm64-v8a"}), multi_arch=True, target_sdk=35), replace(PHONE, sdk=35), REFUSED, "abi-not-all", "INSTALL_FAILED_MULTI_ARCH_NOT_MATCH_ALL_NATIVE_ABIS"),
    ("forceMultiArchNativeLibsMatch: target 34", there(), one(abis=frozenset({"arm64-v8a"}), multi_arch=True, target_sdk=34), replace(PHONE, sdk=35), KEEPS, "version-newer", ""),
    ("copyFileIfChanged: not extracted and compressed", there(), one(abis=frozenset({"arm64-v8a"}), extract_native_libs=False, has_compressed_libraries=True), PHONE, REFUSED, "libraries-compressed", "INSTALL_FAILED_INVALID_APK"),
    ("copyFileIfChanged: extracted and compressed", there(), one(abis=frozenset({"arm64-v8a"}), extract_native_libs=True, has_compressed_libraries=True), PHONE, KEEPS, "version-newer", ""),
    ("copyNativeBinaries: kinds of processor not known", there(), one(abis=frozenset({"arm64-v8a"}), extract_native_libs=False, has_compressed_libraries=True), replace(PHONE, abis=()), REFUSED, "libraries-compressed", "INSTALL_FAILED_INVALID_APK"),
    ("Play Core looks for parts, the installer does not", there(), one(looks_for_splits=True), PHONE, KEEPS, "part-missing-at-start", ""),
    # the package
    ("another package", there(), one(package="org.example.other"), PHONE, REFUSED, "another-app", "INSTALL_FAILED_INVALID_APK"),
    ("another package and signer: nothing of it is compared", there(version_code=9), one(OTHER, package="org.example.other"), PHONE, REFUSED, "another-app", "INSTALL_FAILED_INVALID_APK"),
    ("no such app", None, one(), PHONE, KEEPS, "not-installed", ""),
    ("ps.isSystem: its shared user id stays too", there(is_system=True), one(shared_user_id="u"), PHONE, REFUSED, "preinstalled", "INSTALL_FAILED_UID_CHANGED"),
    ("ps.isSystem: without updates of it, an older one goes in", there(is_system=True, version_code=3), one(), PHONE, WIPES, "version-downgrade", DOWNGRADE),
    ("ps.isSystem: as it came with the phone, there is nothing to take away", there(is_system=True, is_updated_system=False, version_code=3), one(), PHONE, REFUSED, "preinstalled", DOWNGRADE),
    # A preinstalled app has a record that nobody can remove
    ("ps.isSystem: another signer is never taken", there(is_system=True), one(OTHER), PHONE, REFUSED, "preinstalled", INCOMPATIBLE),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_android_answers_so(row: tuple[str, Installed | None, AppSet, Device, Verdict, str, str]) -> None:
    """A person is told what the phone would do, before it is asked."""
    place, old, new, phone, verdict, code, status = row
    said = judge(old, new, phone)
    assert (said.verdict, code in codes(said)) == (verdict, True), (place, said.reasons)
    assert statuses(said) == set(status.split()), place


SHARED: list[tuple[str, Installed, AppSet, Verdict, str]] = [
    ("prepare: oldSharedUid equals", there(shared_user_id="u"), one(shared_user_id="u"), KEEPS, "signer-same"),
    ("prepare: shared user added", there(), one(shared_user_id="u"), WIPES, "shared-user-changed"),
    ("prepare: shared user removed", there(shared_user_id="u"), one(), WIPES, "shared-user-changed"),
    ("prepare: shared user another", there(shared_user_id="u"), one(shared_user_id="v"), WIPES, "shared-user-changed"),
    ("prepare: left at once, never had one", there(), one(shared_user_id="u", shared_user_max_sdk=32), KEEPS, "signer-same"),
    ("prepare: not left on this phone", there(), one(shared_user_id="u", shared_user_max_sdk=34), WIPES, "shared-user-changed"),
    ("prepare: attempting to rejoin", there(shared_user_id="u", left_shared_user=True), one(shared_user_id="u"), WIPES, "shared-user-rejoined"),
    ("prepare: whether it has one is not known", there(shared_user_id=None), one(shared_user_id="u"), UNDECIDED, "shared-user-unknown"),
    ("prepare: whether it has one is not known, the update has none", there(shared_user_id=None), one(), KEEPS, "signer-same"),
    ("canJoinSharedUserId: capabilityGranted", there(shared_user_id="u", shared_user=(SharedUserMember("m", signed("A")),)), one(signed("B", past=(("A", USUAL),)), shared_user_id="u"), KEEPS, "signer-rotated"),
    ("canJoinSharedUserId: an update may rotate away from a key it no longer trusts", there(shared_user_id="u", shared_user=(SharedUserMember("m", signed("A")),)), one(signed("B", past=(("A", Capability(1 | 4)),)), shared_user_id="u"), KEEPS, "signer-rotated"),
    ("canJoinSharedUserId: the user id no longer trusts the key", there(signed("A"), shared_user_id="u", shared_user=(SharedUserMember("m", signed("B", past=(("A", Capability(1)),))),)), one(shared_user_id="u"), REFUSED, "shared-user-signer"),
    ("shouldCheckUpgradeKeySetLocked: not with a shared user id", there(upgrade_keys=(frozenset({b"k"}),), shared_user_id="u"), one(shared_user_id="u"), KEEPS, "signer-same"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "old", "new", "verdict", "code"), SHARED, ids=[row[0] for row in SHARED])
def test_apps_that_share_their_data(place: str, old: Installed, new: AppSet, verdict: Verdict, code: str) -> None:
    """Sister apps of one publisher share one store of data; an update cannot change that unnoticed."""
    said = judge(old, new, PHONE)
    assert (said.verdict, code in codes(said)) == (verdict, True), (place, said.reasons)


CALL = DeclaredPermission("org.example.CALL")
GROUP = DeclaredPermission("org.example.GROUP", is_group=True)
IN_GROUP = DeclaredPermission("org.example.CALL", group="org.example.GROUP")
REVOKED = signed("B", past=(("A", Capability(1 | 2)),))

PERMISSIONS: list[tuple[str, Installed, AppSet, Verdict, str]] = [
    ("doesSignatureMatchForPermissions: no", there(permission_owners=(PermissionOwner("o", CALL, OTHER),)), one(permissions=(CALL,)), REFUSED, "permission-owned"),
    ("doesSignatureMatchForPermissions: the same signer", there(permission_owners=(PermissionOwner("o", CALL, signed("A")),)), one(permissions=(CALL,)), KEEPS, "signer-same"),
    ("doesSignatureMatchForPermissions: the owner went on and left PERMISSION", there(permission_owners=(PermissionOwner("o", CALL, signed("B", past=(("A", Capability.PERMISSION),))),)), one(permissions=(CALL,)), KEEPS, "signer-same"),
    ("doesSignatureMatchForPermissions: the owner went on and withdrew PERMISSION", there(permission_owners=(PermissionOwner("o", CALL, signed("B", past=(("A", Capability(1 | 2)),))),)), one(permissions=(CALL,)), REFUSED, "permission-owned"),
    ("sourcePackageName is android: dropped, not refused", there(permission_owners=(PermissionOwner("android", CALL, OTHER),)), one(permissions=(CALL,)), KEEPS, "signer-same"),
    ("another name", there(permission_owners=(PermissionOwner("o", DeclaredPermission("x"), OTHER),)), one(permissions=(CALL,)), KEEPS, "signer-same"),
    ("permission group, target 31", there(permission_owners=(PermissionOwner("o", GROUP, OTHER),)), one(permissions=(GROUP,), target_sdk=31), REFUSED, "permission-group-owned"),
    ("cannotInstallWithBadPermissionGroups: target 30", there(permission_owners=(PermissionOwner("o", GROUP, OTHER),)), one(permissions=(GROUP,), target_sdk=30), KEEPS, "signer-same"),
    ("group of another signer's app", there(permission_owners=(PermissionOwner("o", GROUP, OTHER),)), one(permissions=(IN_GROUP,)), REFUSED, "permission-group-foreign"),
    ("its own, PERMISSION withdrawn", there(permissions=(CALL,)), one(REVOKED, permissions=(CALL,)), WIPES, "permission-own-revoked"),
    ("its own, PERMISSION withdrawn, another name", there(permissions=(CALL,)), one(REVOKED, permissions=(DeclaredPermission("x"),)), KEEPS, "signer-rotated"),
    ("its own, PERMISSION withdrawn, not known", there(permissions=None), one(REVOKED, permissions=(CALL,)), UNDECIDED, "permission-own-unknown"),
    ("owners not known", there(permission_owners=None), one(permissions=(CALL,)), KEEPS, "permission-owner-unknown"),
    ("owner's signer not known", there(permission_owners=(PermissionOwner("o", CALL),)), one(permissions=(CALL,)), KEEPS, "permission-owner-unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "old", "new", "verdict", "code"), PERMISSIONS, ids=[row[0] for row in PERMISSIONS])
def test_permissions_that_others_define(place: str, old: Installed, new: AppSet, verdict: Verdict, code: str) -> None:
    """Two publishers cannot both define what protects an app."""
    said = judge(old, new, PHONE)
    assert (said.verdict, code in codes(said)) == (verdict, True), (place, said.reasons)


def test_an_option_that_would_help_is_named() -> None:
    """A developer sees which option lifts a refusal; it keeps the data."""
    said = judge(there(version_code=3, is_debuggable=True), one(), PHONE)
    assert [reason.option for reason in said.reasons if reason.effect is Effect.OPTION] == ["-d"]
    said = judge(there(), one(is_test_only=True), PHONE)
    assert [reason.option for reason in said.reasons if reason.effect is Effect.OPTION] == ["-t"]


def test_what_a_prompt_hides_is_said_where_only_wiping_would_help() -> None:
    """The person hears before any prompt that "uninstall and install again" deletes everything."""
    said = judge(there(), one(OTHER), PHONE)
    assert codes(said, Effect.WARNS) == {"reinstall-deletes", "keep-data-locks"}
    assert "locked to the old publisher" in str(said.reasons)
    older = judge(there(version_code=3), one(), PHONE)
    assert codes(older, Effect.WARNS) == {"reinstall-deletes", "keep-data-locks"}
    assert "remembers the newer version" in str(older.reasons), "its own publisher's older version: no lock is meant"
    assert "locked to the old publisher" not in str(older.reasons)
    assert codes(judge(there(), one(), PHONE), Effect.WARNS) == set()
