"""Whether the update was made for this Android version."""

from collections.abc import Iterator
from typing import Final

from phoneward.texts import words
from phoneward.updates.rules.rule import Case, Rule
from phoneward.updates.verdict import Effect, Reason

_PARSE: Final = (
    "FrameworkParsingPackageUtils.java computeMinSdkVersion, computeTargetSdkVersion; ApkLiteParseUtils.java"
)
_PREPARE: Final = "InstallPackageHelper.java preparePackage"
_OLDER_SDK: Final = "INSTALL_FAILED_OLDER_SDK"

UNKNOWN: Final = Rule(
    "android-version-unknown", Effect.UNKNOWN, "Which Android version the phone has is not known.", _PARSE
)
MIN_SDK: Final = Rule("min-sdk", Effect.NEVER, "It needs a later Android version.", _PARSE, _OLDER_SDK)
CODENAME: Final = Rule(
    "codename",
    Effect.NEVER,
    "It was made for an unfinished Android version, which this phone does not run.",
    _PARSE,
    _OLDER_SDK,
)
TARGET_FLOOR: Final = Rule(
    "target-too-old",
    Effect.OPTION,
    "It was made for an Android version older than this phone accepts: 6 (API 23) on Android 14, 7 (API 24) on 15 and "
    "later.",
    f"{_PREPARE}; PackageManagerService.java MIN_INSTALLABLE_TARGET_SDK (24 with the flag min_target_sdk_24, else 23)",
    "INSTALL_FAILED_DEPRECATED_SDK_VERSION",
    "--bypass-low-target-sdk-block",
)
PERMISSIONS_MODEL: Final = Rule(
    "permission-model-downgrade",
    Effect.NOT_OVER,
    "The app there asks for permissions one by one (target 23 and later), the update does not (22 and earlier).",
    _PREPARE,
    "INSTALL_FAILED_PERMISSION_MODEL_DOWNGRADE",
)
TARGET_UNKNOWN: Final = Rule(
    "target-unknown",
    Effect.UNKNOWN,
    "The update's target is 22 or earlier, and that of the app there is not known.",
    _PREPARE,
)
EXTENSION: Final = Rule(
    "sdk-extension",
    Effect.NEVER,
    "It needs a later version of a part of Android that is updated by itself (SDK extension).",
    "ParsingPackageUtils.java parseMinExtensionVersions",
    _OLDER_SDK,
)
EXTENSION_UNKNOWN: Final = Rule(
    "sdk-extension-unknown",
    Effect.UNKNOWN,
    "It needs SDK extensions, and the phone's versions of them are not known.",
    EXTENSION.source,
)

RULES: Final = (
    UNKNOWN,
    MIN_SDK,
    CODENAME,
    TARGET_FLOOR,
    PERMISSIONS_MODEL,
    TARGET_UNKNOWN,
    EXTENSION,
    EXTENSION_UNKNOWN,
)

_FLOORS: Final = ((35, 24), (34, 23))
"""From which phone's API level on, and the least target it takes."""


def judge(case: Case) -> Iterator[Reason]:
    """Yield what the API levels mean.

    Source: `computeMinSdkVersion` and `computeTargetSdkVersion` for each APK: a number must not be above the phone's, a
    codename must be one that the phone's unfinished build has, before any dot. `maxSdkVersion` is no longer looked at.
    """
    if case.device.sdk is None:
        yield UNKNOWN.says(words("Which Android version the phone has is not known."))
        return
    yield from _minimum(case, case.device.sdk)
    yield from _target(case, case.device.sdk)
    yield from _extensions(case)


def _minimum(case: Case, sdk: int) -> Iterator[Reason]:
    needed = max((apk.manifest.min_sdk or 0 for apk in case.candidate.apks), default=0)
    if needed > sdk:
        text = words(
            "It needs a newer Android (API level {needed}) than this phone has ({has}).", needed=needed, has=sdk
        )
        yield MIN_SDK.says(text)
    codenames = {
        name
        for apk in case.candidate.apks
        for name, number in (
            (apk.manifest.min_codename, apk.manifest.min_sdk),
            (apk.manifest.target_codename, apk.manifest.target_sdk),
        )
        if number is None
    }
    for name in sorted(codenames):
        if name.partition(".")[0] not in case.device.codenames:
            yield CODENAME.says(
                words("It was made for an unfinished Android ({codename}) that this phone does not run.", codename=name)
            )


def _target(case: Case, sdk: int) -> Iterator[Reason]:
    """Yield what the target means.

    Source: `preparePackage`: the floor holds for updates too, and not for test-only apps; then, over an app that is
    there, no way back to before permissions were asked for one by one (`LOLLIPOP_MR1`, 22). Where only data was left
    (`pm uninstall -k`), `mPackages` does not hold the app, nothing is replaced, and that is not asked.
    """
    floor = next((least for since, least in _FLOORS if sdk >= since), 0)
    if case.target_sdk < floor and not case.main.manifest.is_test_only:
        text = words(
            "It was made for an Android as old as API level {target}. This phone only takes apps made for {floor} or "
            "later.",
            target=case.target_sdk,
            floor=floor,
        )
        yield TARGET_FLOOR.says(text)
    if case.app is None or case.app.is_data_only or case.target_sdk > 22:
        return
    if case.app.target_sdk is None:
        yield TARGET_UNKNOWN.says(
            words("It is built the old way, and whether the app on the phone is too could not be found out.")
        )
    elif case.app.target_sdk > 22:
        yield PERMISSIONS_MODEL.says(
            words(
                "The app on the phone asks before it uses your data; this one is built the old way, and would not ask."
            )
        )


def _extensions(case: Case) -> Iterator[Reason]:
    wanted = {extension: least for apk in case.candidate.apks for extension, least in apk.manifest.min_extensions}
    if not wanted or not case.is_at_least(30):
        return
    if case.device.extensions is None:
        yield EXTENSION_UNKNOWN.says(
            words(
                "It needs parts of Android that are updated by themselves, and how new this phone's are is not known."
            )
        )
        return
    has = dict(case.device.extensions)
    if any(has.get(extension, 0) < least for extension, least in wanted.items()):
        yield EXTENSION.says(words("It needs newer system updates (Google Play system update) than this phone has."))
