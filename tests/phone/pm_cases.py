"""What a phone answers to a set of APKs: cases, each with the place in AOSP that says so.

The stand-in of the package manager (`standins/package-rules.sh`) is held against them, and so may be whatever else
decides of updates: they were written from the sources alone. Paths are below frameworks/base; `pm/` is
services/core/java/com/android/server/pm/. `read` in `source`: read there (Android 14 to 17) or printed by a phone in a
public report; `known`: general knowledge, not read again.
"""

from dataclasses import dataclass, field

from tests.phone import state
from tests.phone.packages import (
    ALL_CAPABILITIES,
    DEBUGGABLE,
    PERSISTENT,
    SPLIT_REQUIRED,
    TEST_ONLY,
    ApkFacts,
    made,
)

A, B, C = "aaaaaaaa", "bbbbbbbb", "cccccccc"
"""Three signers."""
_VERIFY = "pm/PackageManagerServiceUtils.java verifySignatures(); SigningDetails.java checkCapability(); read"
_DOWNGRADE = "pm/PackageManagerServiceUtils.java checkDowngrade(), isDowngradePermitted(); read"
_PREPARE = "pm/InstallPackageHelper.java preparePackageLI(); read"
_SESSION = "pm/PackageInstallerSession.java validateApkInstallLocked(); read"
TAKEN = ""


@dataclass(frozen=True, slots=True)
class Case:
    """One question to the package manager.

    Attributes:
        name: also what the test is called.
        installed: base and splits as they are on the phone; empty: not installed.
        offered: what is to be installed.
        status: what it answers; `TAKEN` where it does.
        source: where that stands.
        sdk: of the phone.
        options: of `pm install-create`.
        data_only: the app was uninstalled with -k.
        system: the app is part of the system.
        others: what else is on the phone.
        props: system properties.
    """

    name: str
    installed: tuple[ApkFacts, ...]
    offered: tuple[ApkFacts, ...]
    status: str
    source: str
    sdk: int = 34
    options: str = ""
    data_only: bool = False
    system: bool = False
    others: tuple[ApkFacts, ...] = ()
    props: dict[str, str] = field(default_factory=dict)

    @property
    def apps(self) -> tuple[state.App, ...]:
        """What is on the phone."""
        marks = {"data_only": self.data_only, "system": self.system}
        own = state.app_of(*map(made, self.installed), app_id=10_201, **marks) if self.installed else None
        rest = [state.app_of(made(facts), app_id=10_210 + number) for number, facts in enumerate(self.others)]
        return (*([own] if own else []), *rest)


OLD = ApkFacts("org.example.chat", version_code=5, signers=(A,))
NEW = OLD.but(version_code=6)
SPLIT = OLD.but(split="config.de")
ALWAYS = OLD.but(flags=frozenset({PERSISTENT}))
FOR_TESTS = NEW.but(flags=frozenset({TEST_ONLY}))
JOINED = NEW.but(shared_user="org.example.shared")
ROTATED = ((A, ALL_CAPABILITIES), (B, ALL_CAPABILITIES))
DISTRUSTING = ((A, ALL_CAPABILITIES & ~2), (B, ALL_CAPABILITIES))
"""Rotated, and the earlier key may no longer be under one user id with it."""


def _signed(*signers: str, past: tuple[tuple[str, int], ...] = (), base: ApkFacts = NEW) -> tuple[ApkFacts, ...]:
    return (base.but(signers=signers, past=past),)


def _old(*signers: str, past: tuple[tuple[str, int], ...] = ()) -> tuple[ApkFacts, ...]:
    return _signed(*signers, past=past, base=OLD)


_SIGNERS = "INSTALL_FAILED_UPDATE_INCOMPATIBLE"
_LOWER = "INSTALL_FAILED_VERSION_DOWNGRADE"
_CASES = (
    # -- who signed ----------------------------------------------------------------------------------------------------
    Case("same-signer", (OLD,), (NEW,), TAKEN, _VERIFY),
    Case("other-signer", (OLD,), _signed(B), _SIGNERS, _VERIFY),
    Case("other-signer-android-9", (OLD,), _signed(B), _SIGNERS, _VERIFY, sdk=28),
    Case("other-signer-android-7", (OLD,), _signed(B), _SIGNERS, _VERIFY, sdk=24, options="-r"),
    Case("not-there-yet", (), _signed(B), TAKEN, _PREPARE),
    Case("rotated", (OLD,), _signed(B, past=ROTATED), TAKEN, _VERIFY),
    Case("rotated-data-revoked", (OLD,), _signed(B, past=((A, 22), (B, 23))), _SIGNERS, _VERIFY),
    Case("rotated-data-only-granted", (OLD,), _signed(B, past=((A, 1), (B, 23))), TAKEN, _VERIFY),
    Case("back-to-the-old-key", _old(B, past=ROTATED), (NEW,), _SIGNERS, _VERIFY),
    Case("back-with-rollback", _old(B, past=((A, 31), (B, 23))), (NEW,), TAKEN, _VERIFY),
    Case("back-with-rollback-alone", _old(B, past=((A, 8), (B, 23))), (NEW,), TAKEN, _VERIFY),
    Case("diverged", _old(B, past=ROTATED), _signed(C, past=((A, 23), (C, 23))), _SIGNERS, _VERIFY),
    Case("rotated-twice", (OLD,), _signed(C, past=((A, 23), (B, 23), (C, 23))), TAKEN, _VERIFY),
    Case("two-signers-in-another-order", _old(A, B), _signed(B, A), TAKEN, _VERIFY),
    Case("one-of-two-signers", _old(A, B), _signed(A), _SIGNERS, _VERIFY),
    Case("one-more-signer", (OLD,), _signed(A, B), _SIGNERS, _VERIFY),
    Case("lineage-lost-same-signer", _old(B, past=ROTATED), _signed(B), TAKEN, _VERIFY),
    Case("kept-data-other-signer", (OLD,), _signed(B), _SIGNERS, _PREPARE, data_only=True),
    Case("kept-data-same-signer", (OLD,), (NEW,), TAKEN, _PREPARE, data_only=True),
    Case("upgrade-keys", (OLD.but(key_sets=(B,)),), _signed(B), TAKEN, "pm/KeySetManagerService.java; known"),
    Case("upgrade-keys-not", (OLD.but(key_sets=(B,)),), _signed(C), _SIGNERS, "pm/KeySetManagerService.java; known"),
    # -- which version -------------------------------------------------------------------------------------------------
    Case("same-version", (OLD,), (OLD.but(version_name="again"),), TAKEN, _DOWNGRADE),
    Case("lower", (OLD,), (OLD.but(version_code=4),), _LOWER, _DOWNGRADE),
    Case("lower-long-code", (OLD.but(version_code=1 << 32),), (OLD.but(version_code=9),), _LOWER, _DOWNGRADE),
    Case("lower-kept-data", (OLD,), (OLD.but(version_code=4),), _LOWER, _DOWNGRADE, data_only=True),
    Case("lower-asked-for", (OLD,), (OLD.but(version_code=4),), _LOWER, _DOWNGRADE, options="-d"),
    Case(
        "lower-debuggable",
        (OLD.but(flags=frozenset({DEBUGGABLE})),),
        (OLD.but(version_code=4),),
        TAKEN,
        _DOWNGRADE,
        options="-d",
    ),
    Case(
        "lower-debuggable-not-asked-for",
        (OLD.but(flags=frozenset({DEBUGGABLE})),),
        (OLD.but(version_code=4),),
        _LOWER,
        _DOWNGRADE,
    ),
    Case(
        "lower-debuggable-build",
        (OLD,),
        (OLD.but(version_code=4),),
        TAKEN,
        _DOWNGRADE,
        options="-d",
        props={"ro.debuggable": "1"},
    ),
    Case("lower-revision", (OLD.but(revision=3),), (OLD.but(revision=2),), _LOWER, _DOWNGRADE),
    Case("higher-revision", (OLD.but(revision=3),), (OLD.but(revision=4),), TAKEN, _DOWNGRADE),
    Case("lower-revision-higher-version", (OLD.but(revision=3),), (NEW.but(revision=2),), TAKEN, _DOWNGRADE),
    Case(
        "lower-revision-of-a-split",
        (OLD, SPLIT.but(revision=3)),
        (OLD.but(version_name="again"), SPLIT.but(revision=2)),
        _LOWER,
        _DOWNGRADE,
    ),
    Case("never-over", (OLD,), (NEW,), "INSTALL_FAILED_ALREADY_EXISTS", _PREPARE, options="-R"),
    Case("android-7-without-r", (OLD,), (NEW,), "INSTALL_FAILED_ALREADY_EXISTS", _PREPARE, sdk=24),
    # -- which Android -------------------------------------------------------------------------------------------------
    Case("too-new", (OLD,), (NEW.but(min_sdk=35),), "INSTALL_FAILED_OLDER_SDK", _PREPARE),
    Case("floor-14", (), (NEW.but(target_sdk=22),), "INSTALL_FAILED_DEPRECATED_SDK_VERSION", _PREPARE),
    Case("floor-14-met", (), (NEW.but(target_sdk=23),), TAKEN, _PREPARE),
    Case("floor-15", (), (NEW.but(target_sdk=23),), "INSTALL_FAILED_DEPRECATED_SDK_VERSION", _PREPARE, sdk=35),
    Case(
        "floor-holds-for-updates",
        (OLD.but(target_sdk=22),),
        (NEW.but(target_sdk=22),),
        "INSTALL_FAILED_DEPRECATED_SDK_VERSION",
        _PREPARE,
    ),
    Case(
        "floor-bypassed",
        (OLD.but(target_sdk=22),),
        (NEW.but(target_sdk=22),),
        TAKEN,
        _PREPARE,
        options="--bypass-low-target-sdk-block",
    ),
    Case("no-floor-before-14", (), (NEW.but(target_sdk=4),), TAKEN, _PREPARE, sdk=28),
    Case(
        "floor-not-for-tests",
        (),
        (NEW.but(target_sdk=22, flags=frozenset({TEST_ONLY})),),
        TAKEN,
        _PREPARE,
        options="-t",
    ),
    Case("for-tests", (OLD,), (FOR_TESTS,), "INSTALL_FAILED_TEST_ONLY", _PREPARE),
    Case("for-tests-asked-for", (OLD,), (FOR_TESTS,), TAKEN, _PREPARE, options="-t"),
    Case(
        "v1-alone-for-android-11",
        (OLD,),
        (NEW.but(scheme=1, target_sdk=30),),
        "INSTALL_PARSE_FAILED_NO_CERTIFICATES",
        "core/java/android/util/apk/ApkSignatureVerifier.java getMinimumSignatureSchemeVersionForTargetSdk(); read",
    ),
    Case("v1-alone-for-android-10", (OLD,), (NEW.but(scheme=1, target_sdk=29),), TAKEN, "as above"),
    Case(
        "runtime-permissions-given-up",
        (OLD.but(target_sdk=23),),
        (NEW.but(target_sdk=22),),
        "INSTALL_FAILED_PERMISSION_MODEL_DOWNGRADE",
        _PREPARE,
        sdk=28,
    ),
    Case(
        "runtime-permissions-kept-data",
        (OLD.but(target_sdk=23),),
        (NEW.but(target_sdk=22),),
        TAKEN,
        _PREPARE + ": replace is false",
        sdk=28,
        data_only=True,
    ),
    Case("persistent-part-of-the-system", (ALWAYS,), (NEW,), "INSTALL_FAILED_INVALID_APK", _PREPARE, system=True),
    Case("persistent-before-android-9", (ALWAYS,), (NEW,), TAKEN, _PREPARE, system=True, sdk=24, options="-r"),
    Case("persistent-and-no-part-of-it", (ALWAYS,), (NEW,), TAKEN, _PREPARE),
    Case("persistent-from-now-on", (OLD,), (ALWAYS.but(version_code=6),), TAKEN, _PREPARE, system=True),
    Case(
        "another-processor",
        (OLD,),
        (NEW.but(abis=("x86_64",)),),
        "INSTALL_FAILED_NO_MATCHING_ABIS",
        "pm/PackageAbiHelperImpl.java derivePackageAbi(); read",
    ),
    Case("one-of-two-processors", (OLD,), (NEW.but(abis=("x86_64", "arm64-v8a")),), TAKEN, "as above"),
    Case(
        "32-bit-on-64-bit-only",
        (OLD,),
        (NEW.but(abis=("armeabi-v7a",)),),
        "INSTALL_FAILED_NO_MATCHING_ABIS",
        "as above",
        props={"ro.product.cpu.abilist": "arm64-v8a"},
    ),
    # -- sets ----------------------------------------------------------------------------------------------------------
    Case("with-its-split", (OLD, SPLIT), (NEW, SPLIT.but(version_code=6)), TAKEN, _SESSION),
    Case("without-its-split", (OLD, SPLIT), (NEW,), TAKEN, _SESSION),
    Case("split-of-another-version", (OLD, SPLIT), (NEW, SPLIT), "INSTALL_FAILED_INVALID_APK", _SESSION),
    Case(
        "split-of-another-signer",
        (OLD,),
        (NEW, NEW.but(split="config.de", signers=(B,))),
        "INSTALL_FAILED_INVALID_APK",
        _SESSION,
    ),
    Case(
        "split-of-another-app",
        (OLD,),
        (NEW, NEW.but(split="config.de", package="org.example.other")),
        "INSTALL_FAILED_INVALID_APK",
        _SESSION,
    ),
    Case("no-base", (OLD,), (NEW.but(split="config.de"),), "INSTALL_FAILED_INVALID_APK", _SESSION),
    Case("two-bases", (OLD,), (NEW, NEW.but(version_name="b")), "INSTALL_FAILED_INVALID_APK", _SESSION),
    Case("split-added", (OLD,), (SPLIT,), TAKEN, _SESSION, options="-p org.example.chat"),
    Case(
        "split-added-of-another-version",
        (OLD,),
        (SPLIT.but(version_code=6),),
        "INSTALL_FAILED_INVALID_APK",
        _SESSION,
        options="-p org.example.chat",
    ),
    Case("split-added-to-nothing", (), (SPLIT,), "INSTALL_FAILED_INVALID_APK", _SESSION, options="-p org.example.chat"),
    Case(
        "splits-required",
        (OLD,),
        (NEW.but(flags=frozenset({SPLIT_REQUIRED})),),
        "INSTALL_FAILED_MISSING_SPLIT",
        _SESSION,
    ),
    Case(
        "splits-required-before-10",
        (OLD,),
        (NEW.but(flags=frozenset({SPLIT_REQUIRED})),),
        TAKEN,
        "android.R.attr.isSplitRequired (0x01010591) is of API 29; known",
        sdk=28,
    ),
    Case(
        "splits-required-and-there",
        (OLD,),
        (NEW.but(flags=frozenset({SPLIT_REQUIRED})), NEW.but(split="config.de")),
        TAKEN,
        _SESSION,
    ),
    Case(
        "split-types-not-covered",
        (OLD,),
        (
            NEW.but(flags=frozenset({SPLIT_REQUIRED}), required_split_types=("base__abi", "base__density")),
            NEW.but(split="config.x", split_types=("base__abi",)),
        ),
        "INSTALL_FAILED_MISSING_SPLIT",
        _SESSION,
    ),
    # -- with other apps -----------------------------------------------------------------------------------------------
    Case(
        "shared-user-left",
        (OLD.but(shared_user="org.example.shared"),),
        (NEW,),
        "INSTALL_FAILED_UID_CHANGED",
        "pm/ReconcilePackageUtils.java, pm/Settings.java; known",
    ),
    Case(
        "shared-user-joined",
        (OLD,),
        (NEW.but(shared_user="org.example.shared"),),
        "INSTALL_FAILED_UID_CHANGED",
        "known",
    ),
    Case(
        "shared-user-of-another-signer",
        (),
        (NEW.but(shared_user="org.example.shared"),),
        "INSTALL_FAILED_SHARED_USER_INCOMPATIBLE",
        "pm/PackageManagerServiceUtils.java canJoinSharedUserId(); read",
        others=(ApkFacts("org.example.peer", signers=(B,), shared_user="org.example.shared"),),
    ),
    Case(
        "shared-user-by-lineage",
        (),
        (NEW.but(shared_user="org.example.shared", signers=(B,), past=ROTATED),),
        TAKEN,
        "as above",
        others=(ApkFacts("org.example.peer", signers=(A,), shared_user="org.example.shared"),),
    ),
    Case(
        "shared-user-rotated-away",
        (OLD.but(shared_user="org.example.shared"),),
        (NEW.but(shared_user="org.example.shared", signers=(B,), past=DISTRUSTING),),
        TAKEN,
        "pm/PackageManagerServiceUtils.java canJoinSharedUserId(), its comment on a key compromise; read",
        others=(ApkFacts("org.example.peer", signers=(A,), shared_user="org.example.shared"),),
    ),
    Case(
        "shared-user-rotated-away-before",
        (OLD.but(shared_user="org.example.shared", signers=(B,), past=DISTRUSTING),),
        (NEW.but(shared_user="org.example.shared", signers=(B,), past=DISTRUSTING),),
        TAKEN,
        "as above",
        others=(ApkFacts("org.example.peer", signers=(A,), shared_user="org.example.shared"),),
    ),
    Case(
        "shared-user-distrusting-newcomer",
        (),
        (NEW.but(shared_user="org.example.shared", signers=(B,), past=DISTRUSTING),),
        "INSTALL_FAILED_SHARED_USER_INCOMPATIBLE",
        "as above",
        others=(ApkFacts("org.example.peer", signers=(A,), shared_user="org.example.shared"),),
    ),
    Case(
        "shared-user-parting",
        (OLD.but(shared_user="org.example.shared"),),
        (NEW.but(shared_user="org.example.shared", signers=(C,), past=((A, ALL_CAPABILITIES), (C, ALL_CAPABILITIES))),),
        "INSTALL_FAILED_SHARED_USER_INCOMPATIBLE",
        "as above, hasCommonAncestor()",
        others=(ApkFacts("org.example.peer", signers=(B,), past=ROTATED, shared_user="org.example.shared"),),
    ),
    Case(
        "permission-of-another",
        (OLD,),
        (NEW.but(permissions=(("org.example.READ", "signature"),)),),
        "INSTALL_FAILED_DUPLICATE_PERMISSION",
        _PREPARE,
        others=(ApkFacts("org.example.peer", signers=(B,), permissions=(("org.example.READ", "normal"),)),),
    ),
    Case(
        "permission-of-a-sister",
        (OLD,),
        (NEW.but(permissions=(("org.example.READ", "signature"),)),),
        TAKEN,
        _PREPARE,
        others=(ApkFacts("org.example.peer", signers=(A,), permissions=(("org.example.READ", "normal"),)),),
    ),
)
CASES = {case.name: case for case in _CASES}
