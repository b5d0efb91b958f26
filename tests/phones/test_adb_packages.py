"""What `dumpsys package` prints of one app, read as bytes that may be anything.

The structure of what phones printed (values of ours): a Huawei with Android 7; YouTube on Android 14. Found in public
repositories; see docs/reference/phones.md.
"""

import contextlib
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones.adb import packages, sessions
from phoneward.phones.adb.shell import Finished, Shell
from phoneward.phones.errors import PhoneAnswerError
from phoneward.phones.updating import DefinedPermission, PackageState, PastSigner

NAME = "org.example.chat"


class Scripted(Shell):
    """Answers each command with what was prepared for its first words."""

    def __init__(self, **answers: bytes) -> None:
        self._answers = answers

    def run(self, command: bytes, *, stdin: bytes = b"", limit: int = 0) -> Finished:
        del stdin, limit
        if command.startswith(b"pm path"):
            paths = self._answers.get("paths", b"package:/data/app/x/base.apk\n")
            return Finished(paths, b"", 0 if paths else 1)
        word = "everything" if command.endswith((b"packages", b"package")) else "dump"
        return Finished(self._answers.get(word, b""), b"", 0)


def read(dump: str, **answers: bytes) -> PackageState | None:
    shell = Scripted(dump=dump.encode("utf-8", "surrogateescape"), **answers)
    return packages.package_state(shell, NAME, 0, UTC)


def told(dump: str, **answers: bytes) -> PackageState:
    found = read(dump, **answers)
    assert found is not None
    return found


HUAWEI_7 = f"""Registered ContentProviders:
  {NAME}/.contentprovider.Provider:
    Provider{{9f4db2d {NAME}/.contentprovider.Provider}}

Key Set Manager:
  [{NAME}]
      KeySets Aliases: keysetnewkey=596, keysetoldkey=595
      Defined KeySets: 596, 595
      Signing KeySets: 595
      Upgrade KeySets: 596, 595

Packages:
  Package [{NAME}] (de9cb72):
    userId=1000
    sharedUser=SharedUserSetting{{5625f1c android.uid.system/1000}}
    pkg=Package{{dfc74bf {NAME}}}
    codePath=/system/app/Chat
    resourcePath=/system/app/Chat
    legacyNativeLibraryDir=/system/app/Chat/lib
    primaryCpuAbi=arm64-v8a
    secondaryCpuAbi=null
    versionCode=81101 targetSdk=23
    versionName=8.1.101
    splits=[base]
    applicationInfo=ApplicationInfo{{d6d3245 {NAME}}}
    flags=[ SYSTEM HAS_CODE PERSISTENT ALLOW_CLEAR_USER_DATA ]
    dataDir=/data/user/0/{NAME}
    supportsScreens=[small, medium, large, xlarge, resizeable, anyDensity]
    timeStamp=2017-09-28 22:50:30
    firstInstallTime=2017-03-25 21:13:06
    lastUpdateTime=2017-09-28 22:50:30
    signatures=PackageSignatures{{9f68e9 [dbf83ee]}}
    installPermissionsFixed=true installStatus=1
    pkgFlags=[ SYSTEM HAS_CODE PERSISTENT ALLOW_CLEAR_USER_DATA ]
    declared permissions:
      org.example.ACCESS_SERVICE: prot=normal, INSTALLED
      org.example.READ: prot=signature|privileged, INSTALLED
    requested permissions:
      android.permission.USE_FINGERPRINT
    install permissions:
      android.permission.REAL_GET_TASKS: granted=true
    User 0:  installed=true hidden=false suspended=false stopped=false notLaunched=false enabled=0
"""
EVERYTHING = (
    b"Packages:\n  Package [org.example.chat] (1):\n    sharedUser=SharedUserSetting{5 android.uid.system/1000}\n"
    b"  Package [com.android.settings] (2):\n    sharedUser=SharedUserSetting{5 android.uid.system/1000}\n"
    b"  Package [com.android.phone] (3):\n    sharedUser=SharedUserSetting{6 android.uid.phone/1001}\n"
    b"  Package [com.example.alone] (4):\n    userId=10001\n"
)


def test_a_huawei_with_android_7() -> None:
    found = told(HUAWEI_7, everything=EVERYTHING)
    assert (found.version_code, found.min_sdk, found.target_sdk, found.signing_version) == (81101, None, 23, None)
    assert (found.signer_hashes, found.past_signers) == ((0x0DBF83EE,), ())
    assert (found.signing_key_set, found.upgrade_key_sets) == (595, (596, 595))
    assert (found.shared_user_id, found.shared_user_packages) == ("android.uid.system", ("com.android.settings",))
    assert (found.is_system, found.is_persistent, found.is_installed, found.installer) == (True, True, True, "")
    assert found.declared_permissions == (
        DefinedPermission("org.example.ACCESS_SERVICE", NAME, "normal"),
        DefinedPermission("org.example.READ", NAME, "signature|privileged"),
    )


PAST = "7d3bce25 flags: 17, fa41615 flags: 17"
YOUTUBE_14 = f"""Packages:
  Package [{NAME}] (6b7d559):
    appId=10267
    pkg=Package{{b1d251e {NAME}}}
    codePath=/data/app/~~u8EW==/{NAME}-BOiL==
    extractNativeLibs=false
    primaryCpuAbi=arm64-v8a
    versionCode=1544019392 minSdk=26 targetSdk=34
    minExtensionVersions=[]
    versionName=19.03.35
    splits=[base, config.arm64_v8a, config.en, config.xxhdpi:3]
    apkSigningVersion=3
    flags=[ SYSTEM HAS_CODE UPDATED_SYSTEM_APP ALLOW_BACKUP ]
    dataDir=/data/user/0/{NAME}
    timeStamp=2024-01-24 15:15:22
    lastUpdateTime=2024-01-24 15:15:22
    installerPackageName=com.android.vending
    installerPackageUid=10248
    initiatingPackageName=com.android.vending
    originatingPackageName=null
    packageSource=0
    signatures=PackageSignatures{{fec21ff version:3, signatures:[fa41615], past signatures:[{PAST}]}}
    installPermissionsFixed=true
    pkgFlags=[ SYSTEM HAS_CODE UPDATED_SYSTEM_APP ALLOW_BACKUP ]
    User 0: ceDataInode=6574 installed=true hidden=false suspended=false instant=false virtual=false
      installReason=0
      firstInstallTime=2022-01-01 09:00:00
    User 10: ceDataInode=0 installed=false hidden=false suspended=false instant=false virtual=false
      installReason=0
      firstInstallTime=1970-01-01 00:00:00

Hidden system packages:
  Package [{NAME}] (cafe8c0):
    appId=10267
    versionCode=1 minSdk=26 targetSdk=34
    signatures=PackageSignatures{{fec21ff version:3, signatures:[7d3bce25], past signatures:[]}}
    declared permissions:
      org.example.HIDDEN: prot=normal
"""


def test_a_rotated_signer_and_what_an_update_covers() -> None:
    found = told(YOUTUBE_14)
    assert found.signer_hashes == (0x0FA41615,)
    assert found.past_signers == (PastSigner(0x7D3BCE25, 23), PastSigner(0x0FA41615, 23))
    assert (found.version_code, found.is_updated_system, found.revision_codes) == (
        1544019392,
        True,
        {"config.xxhdpi": 3},
    )
    assert (found.splits, found.user_ids) == (("config.arm64_v8a", "config.en", "config.xxhdpi"), frozenset({0}))
    assert (found.initiating_installer, found.originating_installer) == ("com.android.vending", "")
    assert found.declared_permissions == ()
    assert found.upgrade_key_sets is None, "the section is missing"


def test_fields_that_moved_into_the_users_lines() -> None:
    """Android 15 tells each user's folder (a public test file, no recording); some builds shorten the shared user."""
    dump = YOUTUBE_14.replace(f"    dataDir=/data/user/0/{NAME}\n", "").replace(
        "      firstInstallTime=2022", f"      dataDir=/data/user/0/{NAME}\n      firstInstallTime=2022"
    )
    dump = dump.replace(
        "    pkg=Package", "    sharedUser=SharedUserSetting{android.uid.systemui/10266}\n    pkg=Package"
    )
    found = told(dump)
    assert found.data_dir == f"/data/user/0/{NAME}".encode()
    assert (found.shared_user_id, found.shared_user_packages) == ("android.uid.systemui", None)


def test_only_the_data_is_left() -> None:
    dump = f"""Packages:
  Package [{NAME}] (6b7d559):
    appId=10267
    pkg=null
    codePath=/data/app/~~u8EW==/{NAME}-BOiL==
    versionCode=7
    lastUpdateTime=2024-01-24 15:15:22
    signatures=PackageSignatures{{fec21ff version:2, signatures:[fa41615, 1], past signatures:[]}}
    User 0: ceDataInode=6574 installed=false hidden=false instant=false virtual=false
"""
    found = told(dump, paths=b"")
    assert (found.is_data_only, found.is_installed, found.version_code) == (True, False, 7)
    assert found.signer_hashes == (0x0FA41615, 1)


@pytest.mark.parametrize(
    ("dump", "paths"),
    [
        ("", b""),
        ("Unable to find package: org.example.chat\n", b"package:/data/app/x/base.apk\n"),
        (f"Packages:\n  Package [{NAME}] (1):\n    appId=1\n  Package [{NAME}] (2):\n    appId=2\n", b""),
        ("*** SERVICE 'package' DUMP TIMEOUT (10000ms) EXPIRED ***\n", b""),
        ("Can't find service: package\n", b""),
    ],
)
def test_an_unclear_answer_is_not_taken_for_no_app(dump: str, paths: bytes) -> None:
    with pytest.raises(PhoneAnswerError, match="does not say clearly"):
        read(dump, paths=paths)


@pytest.mark.parametrize(
    "dump",
    ["Unable to find package: org.example.chat\n", "Dexopt state:\n  Unable to find package: org.example.chat\n"],
)
def test_no_such_app(dump: str) -> None:
    assert read(dump, paths=b"") is None


def test_a_version_name_that_puts_in_lines() -> None:
    """An app chooses its version name; what it contradicts is not believed."""
    lies = "    versionName=1\n    signatures=PackageSignatures{1 version:3, signatures:[bad]}\n    codePath=/evil\n"
    found = told(YOUTUBE_14.replace("    versionName=19.03.35\n", lies))
    assert (found.signer_hashes, found.code_path) == (None, b"")


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("PackageSignatures{1 version:3, signatures:[], past signatures:[]}", None),
        ("PackageSignatures{1 []}", None),
        ("PackageSignatures{1 version:3, signatures:[xyz]}", None),
        ("PackageSignatures{1 version:3, signatures:[123456789]}", None),
        ("PackageSignatures{1 version:0, signatures:[1, ff]}", (1, 255)),
        ("", None),
    ],
)
def test_signers(text: str, hashes: tuple[int, ...] | None) -> None:
    assert packages.parse_signers(text) == hashes


PERMISSIONS = b"""Permissions:
  Permission [org.example.READ] (2be9617):
    sourcePackage=org.example.chat
    uid=10267 gids=[] type=0 prot=signature|privileged
    perm=PermissionInfo{8b8b97a org.example.READ}
    flags=0x0
  Permission [org.example.OLD] (1):
    sourcePackage=null

Packages:
  Package [x.y] (1):
"""


def test_who_defines_what() -> None:
    assert packages.parse_permissions(PERMISSIONS) == (
        DefinedPermission("org.example.READ", "org.example.chat", "signature|privileged"),
        DefinedPermission("org.example.OLD"),
    )


PIECES = st.lists(
    st.one_of(st.binary(max_size=10), st.sampled_from([line + b"\n" for line in HUAWEI_7.encode().split(b"\n")])),
    max_size=40,
).map(b"".join)


@given(PIECES)
def test_anything_may_come(answer: bytes) -> None:
    with contextlib.suppress(PhoneAnswerError):
        packages.package_state(Scripted(dump=answer, everything=answer), NAME, 0, UTC)
    packages.parse_permissions(answer)
    assert isinstance(sessions.took(answer), bool)


@pytest.mark.parametrize(
    ("answer", "done"),
    [
        (b"Success\n", True),
        (b"Success\r\n", True),
        (b"Warning [Could not validate the dex paths: base.dm]\nSuccess\n", True),
        (b"Warning: Package x uses a deprecated API.\nCompleted with warning(s)\n", True),
        (b"Failure [INSTALL_FAILED_ABORTED]\nSuccess\n", False),
        (b"Successfully copied\n", False),
        (b"", False),
    ],
)
def test_done_or_not(answer: bytes, *, done: bool) -> None:
    assert sessions.took(answer) is done


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"Failure [INSTALL_FAILED_VERSION_DOWNGRADE: Downgrade detected]\n", "INSTALL_FAILED_VERSION_DOWNGRADE"),
        (b"Failure [DELETE_FAILED_INTERNAL_ERROR]\n", "DELETE_FAILED_INTERNAL_ERROR"),
        (b"Failure [not installed for 0]\n", ""),
        (
            b"android.os.ParcelableException: java.io.IOException: Requested internal only, but not enough space\n",
            "ROOM",
        ),
        (b"Error: java.io.IOException: write failed: ENOSPC (No space left on device)\n", "ROOM"),
        (b"Error: Unknown option: -x\n", ""),
    ],
)
def test_statuses(answer: bytes, status: str) -> None:
    assert sessions.parse_failure(answer) == status.replace("ROOM", "INSTALL_FAILED_INSUFFICIENT_STORAGE")
