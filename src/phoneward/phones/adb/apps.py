"""The apps of every user: what they are, where their APK files lie, what the phone says they take up."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo

from phoneward.errors import readable
from phoneward.phones.adb import packages, pm
from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.adb.storage import User, users
from phoneward.phones.base import AppInventory, InstalledApp
from phoneward.phones.paths import is_clean

_LISTING_LIMIT = 8 << 20
_MAX_APPS = 100_000
"""Of all users together; beyond it no further user is asked about."""
_COMMAND_BYTES = 3000
"""Commands stay below the 4,096 bytes that the oldest adbd takes in one packet."""


@dataclass
class _Inventory:
    """One question after the other; what stays unanswered is noted under a stable name."""

    shell: Shell
    not_asked: dict[str, str] = field(default_factory=dict)
    unknown_options: set[bytes] = field(default_factory=set)

    def note(self, question: str, words: bytes | str) -> None:
        self.not_asked.setdefault(question, readable(words)[:300].strip())


def inventory(shell: Shell, properties: dict[str, str]) -> AppInventory:
    """Return the apps of every user of the phone.

    Args:
        shell: of the phone.
        properties: its system properties.
    """
    asking = _Inventory(shell)
    known = users(shell)
    if known is None:
        asking.note("users", "pm list users")
    details = _details(asking)
    by_user: dict[int, list[pm.Listed]] = {}
    room = _MAX_APPS
    for user in known or [User(0, "", running=True)]:
        by_user[user.id] = _apps_of(asking, user, details) if room > 0 else []
        if room <= 0:
            asking.note(f"apps-of-user-{user.id}", "more apps than any phone has")
        room -= len(by_user[user.id])
    if not any(by_user.values()):
        asking.note("apps", "pm list packages")
        return AppInventory((), asking.not_asked)
    bases = {app.apk for apps in by_user.values() for app in apps if app.apk}
    facts = _Facts(
        details,
        _sizes(asking),
        _sibling_apks(shell, bases),
        pm.time_zone(properties.get("persist.sys.timezone", ""), _clock_offset(shell)),
        {user_id: _system_apps(shell, asking, user_id) for user_id in by_user},
    )
    found = [_installed(app, user_id, facts) for user_id, apps in by_user.items() for app in apps]
    for question, attribute in (("version-code", "version_code"), ("uid", "uid")):
        if all(getattr(app, attribute) is not None for app in found):
            asking.not_asked.pop(question, None)  # `dumpsys` knew what `pm` did not say
    if not any(about.get("pkgFlags", 0) for about in details.values()):
        asking.note("debuggable", "dumpsys package")
    return AppInventory(tuple(found), asking.not_asked)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was asked once for all apps."""

    details: dict[str, pm.Details]
    sizes: dict[str, pm.Sizes]
    siblings: dict[bytes, list[bytes]]
    zone: tzinfo | None
    system: dict[int, set[str]]


def _installed(app: pm.Listed, user_id: int, facts: _Facts) -> InstalledApp:
    about = facts.details.get(app.package, pm.Details())
    # The figures of `dumpsys diskstats` are the main user's (AOSP DiskStatsLoggingService).
    size = facts.sizes.get(app.package) if user_id == 0 else None
    installer = about.get("installerPackageName", user_id)
    initiator, signatures = about.get("initiatingPackageName", user_id), about.get("signatures", user_id)
    system = facts.system.get(user_id)
    return InstalledApp(
        package=app.package,
        user_id=user_id,
        version_code=app.version_code if app.version_code is not None else about.version_code(),
        version_name=about.get("versionName", user_id),
        installer=app.installer or ("" if installer == "null" else installer),
        is_system=app.package in system if system else "SYSTEM" in about.get("pkgFlags", user_id).split(),
        uid=app.uid if app.uid is not None else about.uid(user_id),
        first_installed_ns=pm.parse_local_time(about.get("firstInstallTime", user_id), facts.zone),
        last_updated_ns=pm.parse_local_time(about.get("lastUpdateTime", user_id), facts.zone),
        apk_paths=_apk_paths(app, about.get("splits", user_id), facts.siblings),
        app_bytes=size.app if size else None,
        data_bytes=size.data if size else None,
        cache_bytes=size.cache if size else None,
        is_debuggable="DEBUGGABLE" in about.get("pkgFlags", user_id).split(),
        initiating_installer="" if initiator == "null" else initiator,
        signer_hashes=packages.parse_signers(signatures) or (),
        past_signer_hashes=tuple(signer.hash for signer in packages.parse_past_signers(signatures)),
    )


def _clock_offset(shell: Shell) -> str:
    return shell.run(b"date +%z", limit=1 << 16).stdout.decode("ascii", "replace")


_OPTIONS = {b"--show-versioncode": "version-code", b"-U": "uid", b"-i": "installer", b"-f": "apk-paths"}


def _apps_of(asking: _Inventory, user: User, details: dict[str, pm.Details]) -> list[pm.Listed]:
    """Return a user's apps: by `pm`, less the options that this build does not know, else as `dumpsys` tells them."""
    options = [option for option in reversed(_OPTIONS) if option not in asking.unknown_options]
    while True:
        whose = b"" if b"--user" in asking.unknown_options else b" --user %d" % user.id
        if user.id != 0 and not whose:
            words = b"Unknown option: --user"
            break
        done = asking.shell.run(b"pm list packages " + b" ".join(options) + whose + b" 2>&1", limit=_LISTING_LIMIT)
        words = done.stdout[-300:]
        apps = pm.parse_listing(done.stdout, user.id, with_paths=b"-f" in options) if done.code == 0 else []
        if apps:
            return apps
        refused = re.search(rb"[Uu]nknown option:? (\S+)", done.stdout)
        if refused is None or refused[1] not in {*options, b"--user"} - asking.unknown_options:
            break  # no refusal of ours: a phone that always names another option would be asked for ever
        asking.unknown_options.add(refused[1])
        if refused[1] in options:
            options.remove(refused[1])
            asking.note(_OPTIONS[refused[1]], words)
    apps = pm.listed_by_details(details, user.id)
    if not apps:
        asking.note(f"apps-of-user-{user.id}", words)
    return apps


def _system_apps(shell: Shell, asking: _Inventory, user_id: int) -> set[str]:
    whose = b"" if b"--user" in asking.unknown_options else b" --user %d" % user_id
    done = shell.run(b"pm list packages -s" + whose, limit=_LISTING_LIMIT)
    apps = pm.parse_listing(done.stdout, user_id, with_paths=False) if done.code == 0 else []
    return {app.package for app in apps}


def _details(asking: _Inventory) -> dict[str, pm.Details]:
    found = pm.parse_details(_ask(asking, "version-name", b"dumpsys package packages") or b"")
    if not found:
        found = pm.parse_details(_ask(asking, "version-name", b"dumpsys package") or b"")
    if not found:
        asking.note("install-times", "dumpsys package")
    else:
        asking.not_asked.pop("version-name", None)
    return found


def _sizes(asking: _Inventory) -> dict[str, pm.Sizes]:
    found = pm.parse_sizes(_ask(asking, "data-size", b"dumpsys diskstats") or b"")
    if not found:
        asking.note("data-size", "dumpsys diskstats")
    return found


def _ask(asking: _Inventory, question: str, command: bytes) -> bytes | None:
    done = asking.shell.run(command)
    if done.code != 0:
        asking.note(question, done.stderr[-300:] or done.stdout[-300:])
        return None
    return done.stdout


def _sibling_apks(shell: Shell, bases: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Return the APK files beside each base.apk: many folders to a command, globbing by the shell itself."""
    folders = sorted({base.rpartition(b"/")[0] for base in bases if base.endswith(b"/base.apk")})
    wanted = frozenset(folders)
    found: dict[bytes, list[bytes]] = {}
    command = b""
    for folder in [*folders, b""]:
        word = b" " + quote(folder)
        if command and (not folder or len(command) + len(word) > _COMMAND_BYTES):
            script = (
                b"for d in" + command + b'; do for f in "$d"/split_*.apk; do [ -f "$f" ] && echo "$f"; done; done; true'
            )
            for line in shell.run(script, limit=_LISTING_LIMIT).stdout.split(b"\n"):
                above = line.rpartition(b"/")[0]
                if is_clean(line) and above in wanted:
                    found.setdefault(above, []).append(line)
            command = b""
        command += word
    return found


def _apk_paths(app: pm.Listed, splits: str, siblings: dict[bytes, list[bytes]]) -> tuple[bytes, ...]:
    """Return the base, then the splits: those beside it, and those that dumpsys names (AOSP: split_NAME.apk)."""
    if app.apk is None:
        return ()
    folder = app.apk.rpartition(b"/")[0]
    others = set(siblings.get(folder, ()))
    if app.apk.endswith(b"/base.apk"):
        others |= {folder + b"/split_" + name.encode() + b".apk" for name in pm.parse_splits(splits)}
    return (app.apk, *sorted(others))
