"""What `pm` and `dumpsys` print about apps, read as bytes that may be anything."""

import io
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from phoneward.errors import readable
from phoneward.phones.numbers import MAX_SIZE, known_moment
from phoneward.phones.paths import is_clean

MAX_APPS = 20_000
_MAX_TEXT = 300
_PACKAGE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z0-9_]+)*|android")
"""AOSP FrameworkParsingPackageUtils.validateName: letters, digits, `_` and dots; what is none names no app."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of `pm list packages`."""

    package: str
    apk: bytes | None = None
    version_code: int | None = None
    installer: str = ""
    uid: int | None = None


_TAIL = (
    (b"uid:", re.compile(rb"[\d,]+")),
    (b"installer=", re.compile(rb"\S+")),
    (b"versionCode:", re.compile(rb"\d{1,19}")),
)
"""What may follow the name, last word first."""


def parse_listing(answer: bytes, user_id: int, *, with_paths: bool) -> list[Listed]:
    """Return the apps of `pm list packages -f --show-versioncode -i -U --user N`; other lines are left out.

    Source: AOSP PackageManagerShellCommand.java `runListPackages`: `package:[PATH=]NAME[ versionCode:N][  installer=X]
    [ uid:N[,N…]]`. A path may hold `=` (`/data/app/~~x==/…`), a name never does: the last `=` divides. `uid:` may list
    the same app of several users; a uid is 100,000 times the user plus the app (UserHandle.java).

    Args:
        answer: what was printed.
        user_id: whose apps these are.
        with_paths: whether `-f` was understood.
    """
    found: dict[str, Listed] = {}
    for line in answer.split(b"\n"):
        if not line.startswith(b"package:") or len(found) >= MAX_APPS:
            continue
        body, tail = _without_tail(line[len(b"package:") :])
        path, _, name = body.rpartition(b"=")
        package = readable(name.strip()[:_MAX_TEXT])
        if not is_package(package):
            continue
        installer = readable(tail.get(b"installer=", b"")[:_MAX_TEXT])
        apk = path if with_paths and is_clean(path) and path != b"/" else None
        code = _number(tail.get(b"versionCode:", b"").decode("ascii"))
        found[package] = Listed(
            package, apk, code, "" if installer == "null" else installer, _own_uid(tail.get(b"uid:"), user_id)
        )
    return list(found.values())


def _without_tail(line: bytes) -> tuple[bytes, dict[bytes, bytes]]:
    """Return a line without the words that may follow the name, and what they say. Each byte is looked at once."""
    rest = line.rstrip()
    tail: dict[bytes, bytes] = {}
    for prefix, value in _TAIL:
        head, _, word = rest.rpartition(b" ")
        if head and word.startswith(prefix) and value.fullmatch(word, len(prefix)):
            tail[prefix] = word[len(prefix) :]
            rest = head.rstrip()
    return rest, tail


def is_package(name: str) -> bool:
    """Tell whether this can be the name of an app."""
    return len(name) <= 255 and _PACKAGE.fullmatch(name) is not None


def _own_uid(text: bytes | None, user_id: int) -> int | None:
    uids = [int(part) for part in (text or b"").split(b",") if part and len(part) < 12]
    return next((uid for uid in uids if uid // 100_000 == user_id), uids[0] if len(uids) == 1 else None)


@dataclass(slots=True)
class Details:
    """What `dumpsys package` says of one app; times are text of the phone's own time zone."""

    fields: dict[str, str] = field(default_factory=dict)
    user_fields: dict[int, dict[str, str]] = field(default_factory=dict)

    def get(self, name: str, user_id: int) -> str:
        """Return a user's value, else the app's, else ""; contradicting values count as none."""
        return self.user_fields.get(user_id, {}).get(name) or self.fields.get(name, "")

    def version_code(self) -> int | None:
        """The number in `versionCode=12 minSdk=24 targetSdk=34`."""
        return _number(self.fields.get("versionCode", "").partition(" ")[0])

    def uid(self, user_id: int) -> int | None:
        """The uid of this app of this user (UserHandle.java: 100,000 times the user plus the app's id)."""
        app_id = _number(self.fields.get("appId", "") or self.fields.get("userId", ""))
        return None if app_id is None or app_id >= 100_000 else user_id * 100_000 + app_id


def _number(text: str) -> int | None:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
    return number if number is not None and number <= MAX_SIZE else None


_WANTED = {
    *("versionCode", "versionName", "firstInstallTime", "lastUpdateTime", "installerPackageName"),
    *("splits", "codePath", "pkgFlags", "userId", "appId", "flags", "signatures", "apkSigningVersion", "pkg"),
    *("dataDir", "sharedUser", "primaryCpuAbi", "initiatingPackageName", "originatingPackageName"),
}
_BLOCK = re.compile(r"  Package \[([^\]]+)\] \([0-9a-f]+\):")
_USER_LINE = re.compile(r"    User (\d{1,9}): ")
_MAX_USER_BLOCKS = 100_000
"""Of all apps together: some hundred apps for each of a handful of users."""


def parse_details(answer: bytes) -> dict[str, Details]:
    """Return the apps of the section `Packages:` of `dumpsys package`.

    Source: AOSP Settings.java `dumpPackageLPr`: `  Package [NAME] (HEX):`, fields indented by four, `    User N: …`
    with fields indented by six (firstInstallTime moved there in Android 13). An app chooses its versionName and may
    put lines into it: a field that comes twice with different values, or an app that comes twice, is not believed.
    """
    lines = (line.removesuffix(b"\n").decode("utf-8", "surrogateescape") for line in io.BytesIO(answer))
    for line in lines:
        if line.rstrip() == "Packages:":
            return _packages(lines)
    return {}


def _packages(lines: Iterable[str]) -> dict[str, Details]:
    found: dict[str, Details] = {}
    doubtful: set[str] = set()
    current: Details | None = None
    target: dict[str, str] | None = None
    blocks = 0
    for line in lines:
        if not line:
            continue
        if not line.startswith(" ") and line.rstrip().endswith(":"):
            break
        block = _BLOCK.fullmatch(line.rstrip()) if line.startswith("  Package [") else None
        if block:
            name = block[1]
            if name in found:
                doubtful.add(name)
            current, target = Details(), None
            if is_package(name) and len(found) < MAX_APPS:
                found[name] = current
                target = current.fields
        elif current is not None:
            user = _USER_LINE.match(line)
            if user and blocks < _MAX_USER_BLOCKS:
                blocks += 1
                target = current.user_fields.setdefault(int(user[1]), {})
                target["installed"] = "true" if " installed=true " in line else ""
                target["instant"] = "true" if " instant=true" in line else ""
            elif target is not None:
                _keep(target, line, 4 if target is current.fields else 6)
    return {name: details for name, details in found.items() if name not in doubtful}


def _keep(target: dict[str, str], line: str, indent: int) -> None:
    name, equals, value = line[indent:].partition("=")
    if not equals or line[:indent].strip() or name not in _WANTED:
        return
    value = readable(value[:4000].strip())
    if target.get(name, value) != value:
        value = ""
    target[name] = value


def listed_by_details(details: dict[str, Details], user_id: int) -> list[Listed]:
    """Return a user's apps as `dumpsys package` tells them, for users whom `pm` may not be asked about."""
    found = []
    for package, about in details.items():
        if about.user_fields.get(user_id, {}).get("installed"):
            folder = about.fields.get("codePath", "").encode("utf-8", "surrogateescape")
            apk = folder + b"/base.apk" if folder.startswith(b"/data/app/") and is_clean(folder) else None
            found.append(Listed(package, apk))
    return found


def parse_splits(text: str) -> list[str]:
    """Return the split names of `splits=[base, config.en, …]` without the base (Settings.java)."""
    names = [name.strip().split(":", 1)[0] for name in text.strip("[]").split(",")]
    return [name for name in names if name != "base" and re.fullmatch(r"[A-Za-z0-9_.]{1,200}", name)][:500]


def time_zone(name: str, offset: str) -> tzinfo | None:
    """Return the phone's time zone by name, else by the offset that its clock shows now (`+0200`), else None."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        match = re.fullmatch(r"([+-])(\d\d)(\d\d)", offset.strip())
    if match is None or int(match[2]) > 14 or int(match[3]) > 59:
        return None
    shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-shift if match[1] == "-" else shift)


def parse_local_time(text: str, zone: tzinfo | None) -> int | None:
    """Return nanoseconds since 1970 UTC of `2019-12-11 11:17:04` in a zone; None where it is none that can be."""
    match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)", text)
    if match is None or zone is None:
        return None
    try:
        moment = datetime(*map(int, match.groups()), tzinfo=zone)  # type: ignore[misc,arg-type]
        return known_moment(int(moment.timestamp()) * 10**9)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Sizes:
    """The phone's own figures for one app, in bytes."""

    app: int | None
    data: int | None
    cache: int | None


def parse_sizes(answer: bytes) -> dict[str, Sizes]:
    """Return bytes by app from `dumpsys diskstats`; {} where the lists are missing or do not fit together.

    Source: AOSP DiskStatsService.java `reportCachedValues` (Android 8 and later): lines `Package Names: [JSON]`,
    `App Sizes: [JSON]`, `App Data Sizes:` (Android 9 and later), `Cache Sizes:`, in the same order.
    """
    lists = {
        key: _json_list(answer, key) for key in (b"Package Names", b"App Sizes", b"App Data Sizes", b"Cache Sizes")
    }
    names = lists.pop(b"Package Names")
    if names is None or any(values is not None and len(values) != len(names) for values in lists.values()):
        return {}
    columns = [[_bytes(value) for value in lists[key] or [None] * len(names)] for key in lists]
    return {
        name: Sizes(app, data, cache)
        for name, app, data, cache in zip(names, *columns, strict=True)
        if isinstance(name, str) and is_package(name)
    }


def _json_list(answer: bytes, key: bytes) -> list[object] | None:
    match = re.search(rb"^[ \t]*" + key + rb": (\[[^\n]*\])\r?$", answer, re.MULTILINE)
    if match is None or match[1].count(b"[") != 1 or match[1].count(b",") >= MAX_APPS:
        return None  # names hold neither; so nothing large is built from what is no list of apps
    try:
        values = json.loads(match[1])
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, list) and len(values) <= MAX_APPS else None


def _bytes(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_SIZE else None
