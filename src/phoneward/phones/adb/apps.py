"""The apps of every user: what they are, where their APK files lie, what the phone says they take up."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from phoneward.errors import readable
from phoneward.phones.adb import pm
from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.adb.storage import User, users
from phoneward.phones.base import AppInventory, InstalledApp
from phoneward.phones.paths import is_clean

_LISTING_LIMIT = 8 << 20
_COMMAND_BYTES = 3000
"""Commands stay below the 4,096 bytes that the oldest adbd takes in one packet."""


@dataclass
class _Inventory:
    """One question after the other; what stays unanswered is noted under a stable name."""

    shell: Shell
    not_asked: dict[str, str] = field(default_factory=dict)

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
    listed = {user.id: _listing(asking, user) for user in known or [User(0, "", running=True)]}
    if not any(apps for apps, _ in listed.values()):
        asking.note("apps", "pm list packages")
        return AppInventory((), asking.not_asked)
    details = _details(asking)
    sizes = _sizes(asking)
    offset = shell.run(b"date +%z", limit=1 << 16).stdout.decode("ascii", "replace")
    zone = pm.time_zone(properties.get("persist.sys.timezone", ""), offset)
    bases = {app.apk for apps, _ in listed.values() for app in apps if app.apk}
    siblings = _sibling_apks(asking, bases)
    found = []
    for user_id, (apps, system) in listed.items():
        for app in apps:
            about = details.get(app.package, pm.Details())
            size = sizes.get(app.package) if user_id == 0 else None
            found.append(
                InstalledApp(
                    package=app.package,
                    user_id=user_id,
                    version_code=app.version_code,
                    version_name=about.get("versionName", user_id),
                    installer=app.installer or _named(about.get("installerPackageName", user_id)),
                    is_system=app.package in system
                    if system is not None
                    else "SYSTEM" in about.get("pkgFlags", user_id),
                    uid=app.uid,
                    first_installed_ns=pm.parse_local_time(about.get("firstInstallTime", user_id), zone),
                    last_updated_ns=pm.parse_local_time(about.get("lastUpdateTime", user_id), zone),
                    apk_paths=_apk_paths(app, about.get("splits", user_id), siblings),
                    app_bytes=size.app if size else None,
                    data_bytes=size.data if size else None,
                    cache_bytes=size.cache if size else None,
                )
            )
    return AppInventory(tuple(found), asking.not_asked)


def _named(installer: str) -> str:
    return "" if installer == "null" else installer


_OPTIONS = ((b"--show-versioncode", "version-code"), (b"-U", "uid"), (b"-i", "installer"), (b"-f", "apk-paths"))


def _listing(asking: _Inventory, user: User) -> tuple[list[pm.Listed], set[str] | None]:
    """Return a user's apps and the names of the system's; options that this build does not know are left out."""
    options = list(_OPTIONS)
    whose = b" --user %d" % user.id
    while True:
        words = b" ".join(option for option, _ in reversed(options))
        done = asking.shell.run(b"pm list packages " + words + whose + b" 2>&1", limit=_LISTING_LIMIT)
        paths = any(option == b"-f" for option, _ in options)
        apps = pm.parse_listing(done.stdout, user.id, with_paths=paths) if done.code == 0 else []
        if apps or not options:
            break
        asking.note(options.pop(0)[1], done.stdout[-300:])
    if not apps and user.id == 0:
        whose = b""
        done = asking.shell.run(b"pm list packages -f 2>&1", limit=_LISTING_LIMIT)
        apps = pm.parse_listing(done.stdout, 0, with_paths=True)
    if not apps:
        asking.note(f"apps-of-user-{user.id}", done.stdout[-300:])
        return [], None
    done = asking.shell.run(b"pm list packages -s" + whose, limit=_LISTING_LIMIT)
    system = {app.package for app in pm.parse_listing(done.stdout, user.id, with_paths=False)}
    return apps, system if done.code == 0 and system else None


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


def _sibling_apks(asking: _Inventory, bases: Iterable[bytes]) -> dict[bytes, list[bytes]]:
    """Return the APK files beside each base.apk: many folders to a command, globbing by the shell itself."""
    folders = sorted({base.rpartition(b"/")[0] for base in bases if base.endswith(b"/base.apk")})
    found: dict[bytes, list[bytes]] = {}
    command = b""
    for folder in [*folders, b""]:
        word = b" " + quote(folder)
        if command and (not folder or len(command) + len(word) > _COMMAND_BYTES):
            script = (
                b"for d in" + command + b'; do for f in "$d"/split_*.apk; do [ -f "$f" ] && echo "$f"; done; done; true'
            )
            for line in asking.shell.run(script, limit=_LISTING_LIMIT).stdout.split(b"\n"):
                above = line.rpartition(b"/")[0]
                if is_clean(line) and above in folders:
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
