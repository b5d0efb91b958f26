"""Marks in a manifest that close or change the way of an update."""

from collections.abc import Iterator
from typing import Final

from phoneward.texts import words
from phoneward.updates.rules.rule import Case, Rule
from phoneward.updates.verdict import Effect, Reason

_PREPARE: Final = "InstallPackageHelper.java preparePackage"

TEST_ONLY: Final = Rule(
    "test-only", Effect.OPTION, "It is marked as a build for tests.", _PREPARE, "INSTALL_FAILED_TEST_ONLY", "-t"
)
PERSISTENT: Final = Rule(
    "persistent",
    Effect.NEVER,
    "The app there runs all the time as a part of the system; such apps are only updated with the system.",
    _PREPARE,
    "INSTALL_FAILED_INVALID_APK",
)
NO_DATA: Final = Rule(
    "no-app-data-storage",
    Effect.NOT_OVER,
    "Only one of the two says that it keeps no data (PROPERTY_NO_APP_DATA_STORAGE).",
    "InstallPackageHelper.java checkNoAppStorageIsConsistent",
    "INSTALL_FAILED_UPDATE_INCOMPATIBLE",
)
NO_DATA_UNKNOWN: Final = Rule(
    "no-app-data-storage-unknown",
    Effect.UNKNOWN,
    "It says that it keeps no data, and whether the app there says so is not known.",
    NO_DATA.source,
)
RESOURCES: Final = Rule(
    "resources-compressed",
    Effect.NEVER,
    "Its resources.arsc is compressed or not aligned (target 30 and later, Android 11 and later).",
    "ParsingPackageUtils.java parseBaseApk; ParseInput.java DeferredError.RESOURCES_ARSC_COMPRESSED",
    "INSTALL_PARSE_FAILED_RESOURCES_ARSC_COMPRESSED",
)
INSTANT: Final = Rule(
    "instant",
    Effect.WARNS,
    "The app there is an instant app, and becomes an ordinary one.",
    _PREPARE,
)
LIBRARY: Final = Rule(
    "library",
    Effect.UNKNOWN,
    "It is a library for other apps, which Android keeps in several versions side by side; not looked at.",
    "PackageManagerService.java renameStaticSharedLibraryPackage",
)
NEEDS_LIBRARIES: Final = Rule(
    "libraries-not-looked-at",
    Effect.NOTES,
    "It needs libraries of the phone; whether they are there was not looked at. Without them Android refuses it.",
    "SharedLibrariesImpl.java collectSharedLibraryInfos",
)

RULES: Final = (TEST_ONLY, PERSISTENT, NO_DATA, NO_DATA_UNKNOWN, RESOURCES, INSTANT, LIBRARY, NEEDS_LIBRARIES)


def judge(case: Case) -> Iterator[Reason]:
    """Yield what the marks mean; the source of each stands with its rule."""
    manifest = case.main.manifest
    if manifest.is_test_only:
        yield TEST_ONLY.says(words("It is a build that its developer made for tests."))
    if case.target_sdk >= 30 and case.is_at_least(30) and any(apk.resources_unusable for apk in case.candidate.apks):
        yield RESOURCES.says(words("It is packed in a way that Android 11 and later do not accept."))
    if manifest.static_library or manifest.sdk_library:
        yield LIBRARY.says(words("It is a library for other apps. What Android would do with it was not looked at."))
    if manifest.uses_libraries:
        yield NEEDS_LIBRARIES.says(
            words("It needs parts that the phone's maker may have left out; whether they are there was not looked at.")
        )
    yield from _over(case)


def _over(case: Case) -> Iterator[Reason]:
    app, says_none = case.app, bool(case.main.manifest.no_app_data_storage)
    if app is None:
        return
    if app.is_persistent:
        yield PERSISTENT.says(
            words("The app on the phone is a part of the system, which only a system update replaces.")
        )
    if app.is_instant:
        yield INSTANT.says(words("The app on the phone runs without being installed; it would be installed for good."))
    if case.is_at_least(31) and not app.is_data_only:
        text = words("One of the two versions keeps data and the other says that it never does.")
        if app.no_app_data_storage is None:
            if says_none:
                yield NO_DATA_UNKNOWN.says(text)
        elif app.no_app_data_storage != says_none:
            yield NO_DATA.says(text)
