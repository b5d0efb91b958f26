"""One app as the package manager records it: what `dumpsys package NAME` and `pm path NAME` say, put together.

Sources: AOSP Settings.java `dumpPackageLPr`, `dumpSharedUsersLPr`, `dumpSplitNames` (`[base:10, config.en]`);
PackageSignatures.java `toString` (`PackageSignatures{HEX version:3, signatures:[HASH, …], past signatures:[HASH flags:
17, …]}`; before Android 9 `PackageSignatures{HEX [HASH, …]}`); KeySetManagerService.java `dumpLPr`; Permission.java
(BasePermission.java, PermissionSettings.java) `dump`. HASH is `Signature.hashCode`: `Arrays.hashCode` of the bytes.
"""

import re
from collections.abc import Iterator
from datetime import tzinfo

from phoneward.errors import readable
from phoneward.phones.adb import pm
from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.errors import PhoneAnswerError
from phoneward.phones.paths import is_clean
from phoneward.phones.updating import DefinedPermission, PackageState, PastSigner
from phoneward.texts import _

_LIMIT = 16 << 20
"""Bytes of one app's dump: the largest apps' (with thousands of components) are below 1 MB."""
_MOST = 2000
"""Of splits, permissions, members of a shared user."""
_SIGNATURES = re.compile(r"PackageSignatures\{[0-9a-f]{1,16}(?: version:\d+, signatures:)? ?\[([^\]]*)\]")
_PAST = re.compile(r"past signatures:\[([^\]]*)\]")
_PAST_ONE = re.compile(r"([0-9a-f]{1,8})(?: flags: ([0-9a-f]{1,8}))?")
_HASH = re.compile(r"[0-9a-f]{1,8}")
_SHARED_USER = re.compile(r"SharedUserSetting\{(?:[0-9a-f]{1,16} )?([A-Za-z0-9_.]{1,255})/\d{1,9}\}")
_SPLIT = re.compile(r"([A-Za-z0-9_.]{1,200})(?::(-?\d{1,10}))?")
_DECLARED = re.compile(r"      ([^\s:]{1,255}): prot=([a-zA-Z|0-9_]{0,300})")
_PERMISSION = re.compile(r"  Permission \[([^\s\]]{1,255})\] \([0-9a-f]{1,16}\):")
_SDK = re.compile(r" (minSdk|targetSdk)=(\d{1,9})")


def package_state(shell: Shell, package: str, user_id: int, zone: tzinfo | None) -> PackageState | None:
    """Return one app's state; see `UpdatablePhone.package_state`."""
    if not pm.is_package(package):
        return None
    done = shell.run(b"dumpsys package " + quote(package.encode()), limit=_LIMIT)
    about = pm.parse_details(done.stdout).get(package)
    paths = _paths(shell, package, user_id)
    if about is None:
        if paths or b"\n  Package [%s] (" % package.encode() in done.stdout or _says_nothing(done.stdout):
            raise PhoneAnswerError(detail=_("the phone does not say clearly what it has of {app}").format(app=package))
        return None
    shared = _shared_user(about)
    return _state(
        package,
        user_id,
        about,
        zone,
        paths=paths,
        shared=shared,
        members=_members(shell, package, shared) if shared else (),
        declared=parse_declared(done.stdout, package),
        keys=parse_key_sets(done.stdout, package),
    )


def _says_nothing(answer: bytes) -> bool:
    """Tell a `dumpsys` that gave up from one that knows no such app."""
    return not answer.strip() or b"DUMP TIMEOUT" in answer or b"Can't find service" in answer


def _state(
    package: str,
    user_id: int,
    about: pm.Details,
    zone: tzinfo | None,
    *,
    paths: tuple[bytes, ...],
    shared: str | None,
    members: tuple[str, ...] | None,
    declared: tuple[DefinedPermission, ...],
    keys: tuple[int | None, tuple[int, ...]] | None,
) -> PackageState:
    flags = set((about.fields.get("flags", "") + " " + about.fields.get("pkgFlags", "")).split())
    splits, revisions = parse_splits(about.fields.get("splits", ""))
    sdks = dict(_SDK.findall(about.fields.get("versionCode", "")))
    user_fields = about.user_fields.get(user_id, {})
    code_path = about.fields.get("codePath", "").encode("utf-8", "surrogateescape")
    data_dir = about.get("dataDir", user_id).encode("utf-8", "surrogateescape")
    return PackageState(
        package=package,
        user_id=user_id,
        is_installed=bool(user_fields.get("installed")),
        is_data_only=about.fields.get("pkg") == "null",
        version_code=about.version_code(),
        version_name=about.fields.get("versionName", ""),
        min_sdk=_number(sdks.get("minSdk")),
        target_sdk=_number(sdks.get("targetSdk")),
        signer_hashes=parse_signers(about.fields.get("signatures", "")),
        past_signers=parse_past_signers(about.fields.get("signatures", "")),
        signing_version=_number(about.fields.get("apkSigningVersion")),
        splits=splits,
        revision_codes=revisions,
        is_debuggable="DEBUGGABLE" in flags,
        is_test_only="TEST_ONLY" in flags,
        is_persistent="PERSISTENT" in flags,
        is_system="SYSTEM" in flags,
        is_updated_system="UPDATED_SYSTEM_APP" in flags,
        is_instant=bool(user_fields.get("instant")),
        shared_user_id=shared,
        shared_user_packages=members,
        installer=_name(about.fields.get("installerPackageName", "")),
        initiating_installer=_name(about.fields.get("initiatingPackageName", "")),
        originating_installer=_name(about.fields.get("originatingPackageName", "")),
        first_installed_ns=pm.parse_local_time(about.get("firstInstallTime", user_id), zone),
        last_updated_ns=pm.parse_local_time(about.get("lastUpdateTime", user_id), zone),
        uid=about.uid(user_id),
        user_ids=frozenset(user for user, fields in about.user_fields.items() if fields.get("installed")),
        code_path=code_path if is_clean(code_path) else b"",
        apk_paths=paths,
        data_dir=data_dir if is_clean(data_dir) else b"",
        primary_abi=_name(about.fields.get("primaryCpuAbi", "")),
        declared_permissions=declared,
        signing_key_set=keys[0] if keys else None,
        upgrade_key_sets=keys[1] if keys else None,
    )


def _paths(shell: Shell, package: str, user_id: int) -> tuple[bytes, ...]:
    """Return an app's APK files, base first: `pm path` prints `package:PATH` for each (`displayPackageFilePath`)."""
    name = quote(package.encode())
    done = shell.run(b"pm path --user %d %s" % (user_id, name), limit=_LIMIT)
    if b"nknown option" in done.stdout and user_id == 0:
        done = shell.run(b"pm path " + name, limit=_LIMIT)
    lines = [line.removeprefix(b"package:") for line in done.stdout.split(b"\n") if line.startswith(b"package:")]
    return tuple(line for line in lines[:_MOST] if is_clean(line))


def parse_signers(text: str) -> tuple[int, ...] | None:
    """Return the hashes of `signatures=…`; None where there are none that can be read."""
    found = _SIGNATURES.match(text)
    parts = [part.strip() for part in found[1].split(",")] if found else []
    if not parts or len(parts) > _MOST or not all(_HASH.fullmatch(part) for part in parts):
        return None
    return tuple(int(part, 16) for part in parts)


def parse_past_signers(text: str) -> tuple[PastSigner, ...]:
    """Return the proof of rotation of `past signatures:[…]`, oldest first."""
    found = _PAST.search(text)
    parts = [_PAST_ONE.fullmatch(part.strip()) for part in found[1].split(",")] if found and found[1].strip() else []
    if len(parts) > _MOST or not all(parts):
        return ()
    return tuple(PastSigner(int(one[1], 16), int(one[2], 16) if one[2] else None) for one in parts if one)


def parse_splits(text: str) -> tuple[tuple[str, ...], dict[str, int]]:
    """Return the splits of `[base:10, config.en, config.xhdpi:12]` without the base, and revisions that are not 0."""
    found = [_SPLIT.fullmatch(part.strip()) for part in text.strip("[]").split(",")][:_MOST]
    revisions = {"" if one[1] == "base" else one[1]: int(one[2]) for one in found if one and one[2]}
    return tuple(one[1] for one in found if one and one[1] != "base"), revisions


def _shared_user(about: pm.Details) -> str | None:
    text = about.fields.get("sharedUser", None)
    if text is None or text == "null":
        return ""
    found = _SHARED_USER.fullmatch(text)
    return found[1] if found else None


def _members(shell: Shell, package: str, shared: str) -> tuple[str, ...] | None:
    """Return the other apps under a shared user id: all packages are asked for, since only newer Androids list them."""
    everything = pm.parse_details(shell.run(b"dumpsys package packages").stdout)
    if package not in everything:
        everything = pm.parse_details(shell.run(b"dumpsys package").stdout)
    if package not in everything:
        return None
    others = [name for name, about in everything.items() if name != package and _shared_user(about) == shared]
    return tuple(sorted(others)[:_MOST])


def _lines(answer: bytes) -> Iterator[str]:
    for line in answer.split(b"\n"):
        yield line.removesuffix(b"\r").decode("utf-8", "surrogateescape")


def _section(answer: bytes, title: str) -> Iterator[str]:
    """Yield the lines of one section of a dump: from its title to the next line that is not indented."""
    inside = False
    for line in _lines(answer):
        if inside and line and not line.startswith(" "):
            return
        if inside:
            yield line
        inside = inside or line.rstrip() == title


def parse_declared(answer: bytes, package: str) -> tuple[DefinedPermission, ...]:
    """Return what stands under `declared permissions:` of an app: `NAME: prot=signature, INSTALLED`."""
    found: dict[str, DefinedPermission] = {}
    inside = False
    for line in _section(answer, "Packages:"):
        one = _DECLARED.match(line) if inside else None
        if one and len(found) < _MOST:
            found[one[1]] = DefinedPermission(readable(one[1]), package, one[2])
        inside = line.rstrip() == "    declared permissions:" or one is not None
    return tuple(found.values())


def parse_key_sets(answer: bytes, package: str) -> tuple[int | None, tuple[int, ...]] | None:
    """Return an app's signing key set and its upgrade key sets; None where the section is missing."""
    signing: int | None = None
    upgrade: tuple[int, ...] = ()
    seen = mine = False
    for line in _section(answer, "Key Set Manager:"):
        if line.startswith("  ["):
            mine = line.strip() == f"[{package}]"
            seen |= mine
        elif mine and line.startswith("      Signing KeySets: "):
            signing = _number(line.rpartition(": ")[2].strip())
        elif mine and line.startswith("      Upgrade KeySets: "):
            numbers = [_number(part.strip()) for part in line.rpartition(": ")[2].split(",")[:_MOST]]
            upgrade = tuple(number for number in numbers if number is not None)
            if len(upgrade) < len(numbers):
                return None
    return (signing, upgrade) if seen else None


def parse_permissions(answer: bytes) -> tuple[DefinedPermission, ...]:
    """Return what stands under `Permissions:`: `  Permission [NAME] (HEX):`, `    sourcePackage=`, `… prot=…`."""
    found: dict[str, DefinedPermission] = {}
    name = package = protection = ""

    def keep() -> None:
        if name and len(found) < 20 * _MOST:
            found[name] = DefinedPermission(readable(name), package, protection)

    for line in _section(answer, "Permissions:"):
        one = _PERMISSION.fullmatch(line.rstrip())
        if one:
            keep()
            name, package, protection = one[1], "", ""
        elif line.startswith("    sourcePackage="):
            package = _name(line.partition("=")[2].strip())
        elif line.startswith("    ") and " prot=" in line:
            protection = readable(line.rpartition(" prot=")[2].strip()[:300])
    keep()
    return tuple(found.values())


def defined_permissions(shell: Shell) -> tuple[DefinedPermission, ...] | None:
    """Return what apps define; see `UpdatablePhone.defined_permissions`."""
    found = parse_permissions(shell.run(b"dumpsys package permissions").stdout)
    return found or parse_permissions(shell.run(b"dumpsys package").stdout) or None


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _name(text: str) -> str:
    """Return a word of the dump; `null` is none."""
    word = readable(text[:300])
    return "" if word in {"null", "?"} else word
