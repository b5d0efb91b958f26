"""Whether the update runs on this phone's processor."""

from collections.abc import Iterator
from typing import Final

from phoneward.errors import readable
from phoneward.texts import Listed, words
from phoneward.updates.rules.rule import Case, Rule
from phoneward.updates.verdict import Effect, Reason

_SOURCE: Final = "NativeLibraryHelper.java findSupportedAbi, copyNativeBinariesWithOverride"

NO_MATCH: Final = Rule(
    "abi",
    Effect.NEVER,
    "It has native libraries, and none for a kind of processor that the phone runs.",
    _SOURCE,
    "INSTALL_FAILED_NO_MATCHING_ABIS",
)
NOT_ALL: Final = Rule(
    "abi-not-all",
    Effect.NEVER,
    "It says that it runs on all kinds of processor of the phone (multiArch, target 35 and later), and does not.",
    "PackageAbiHelperImpl.java derivePackageAbi, maybeThrowExceptionForMultiArchCopy",
    "INSTALL_FAILED_MULTI_ARCH_NOT_MATCH_ALL_NATIVE_ABIS",
)
COMPRESSED: Final = Rule(
    "libraries-compressed",
    Effect.NEVER,
    "It says that its native libraries are run from within the file (extractNativeLibs=false), and stores one "
    "compressed "
    "or not aligned.",
    "com_android_internal_content_NativeLibraryHelper.cpp copyFileIfChanged",
    "INSTALL_FAILED_INVALID_APK",
)
NOT_LOOKED_AT: Final = Rule(
    "abi-not-looked-at",
    Effect.NOTES,
    "It has native libraries; which kinds of processor the phone runs is not known, and does not decide over data.",
    _SOURCE,
)

RULES: Final = (NO_MATCH, NOT_ALL, COMPRESSED, NOT_LOOKED_AT)


def judge(case: Case) -> Iterator[Reason]:
    """Yield what native libraries mean.

    Source: `findSupportedAbi` looks through all parts; no native library at all fits every phone. An app that says
    `multiArch` is not refused when nothing fits (`copyNativeBinariesWithOverride` passes over it), except, from Android
    15 with target 35 on, where one of the phone's two families (32 and 64 bits) has none.
    """
    apks = case.candidate.apks
    abis = frozenset[str]().union(*(apk.abis for apk in apks))
    packed = any(apk.has_compressed_libraries for apk in apks)
    if packed and case.main.manifest.extract_native_libs is False and case.is_at_least(23):
        yield COMPRESSED.says(
            words("It is packed in a way that Android does not run: its program libraries are compressed.")
        )
    if not abis or case.candidate.base is None:
        return
    if not case.device.abis:
        yield NOT_LOOKED_AT.says(words("Whether it fits this phone's processor was not looked at."))
        return
    details = {"has": _listed(abis), "phone": _listed(case.device.abis)}
    if case.main.manifest.multi_arch:
        if case.is_at_least(35) and case.target_sdk >= 35 and not _fits_each_family(abis, case.device.abis):
            yield NOT_ALL.says(
                words("It was made for other processors ({has}) than all those of this phone ({phone}).", **details)
            )
    elif not abis & set(case.device.abis):
        yield NO_MATCH.says(
            words("It was made for another kind of processor ({has}) than this phone's ({phone}).", **details)
        )


def _fits_each_family(abis: frozenset[str], phone: tuple[str, ...]) -> bool:
    families = [[abi for abi in phone if ("64" in abi) is wide] for wide in (True, False)]
    return all(abis & set(family) for family in families if family)


def _listed(abis: frozenset[str] | tuple[str, ...]) -> Listed:
    return Listed(tuple(readable(abi) for abi in sorted(abis)[:8]))
