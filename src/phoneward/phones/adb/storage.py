"""All storage trees of a phone: the main user's, other users', app twins', work profiles', cards."""

import re
from dataclasses import dataclass

from phoneward.errors import readable
from phoneward.phones.adb.shell import Shell, quote
from phoneward.phones.adb.walk import unlistable
from phoneward.phones.base import Obstacle, Volume, VolumeKind
from phoneward.phones.paths import is_clean

DEFAULT_ROOT = b"/storage/emulated/0"
_MAX_USERS = 200
_MAX_CARDS = 50
_LIMIT = 1 << 20
_NOT_CARDS = {b"emulated", b"self", b"enc_emulated", b"knox-emulated", b"ace-999", b"ace-0"}

_DF = re.compile(rb"\s(\d+)\s+(\d+)\s+-?\d+\s+\d+%\s+/")


@dataclass(frozen=True, slots=True)
class User:
    """One Android user: a person, a work profile, an app twin.

    Attributes:
        name: as the phone shows it, readable.
        running: whether its storage is unlocked and mounted.
    """

    id: int
    name: str
    running: bool


def parse_users(answer: bytes) -> list[User]:
    """Return the users of `pm list users`, each once.

    Source: AOSP UserManagerService.java (`UserInfo{ID:NAME:FLAGS}`, " running") and UserInfo.toString; a name may
    hold colons and braces. Recorded: `UserInfo{0:Owner:c13} running`, `UserInfo{999:XSpace:801010} running`.
    """
    found: dict[int, User] = {}
    for line in answer.split(b"\n"):
        _, begun, told = line.strip().partition(b"UserInfo{")
        body = told.removesuffix(b"running").rstrip()
        number, _, rest = body.removesuffix(b"}").partition(b":")
        name, divided, flags = rest.rpartition(b":")
        if not (begun and divided and body.endswith(b"}") and _is_number(number) and _is_hex(flags)):
            continue
        if len(found) < _MAX_USERS:
            found.setdefault(int(number), User(int(number), readable(name[:100]), told.endswith(b"running")))
    return [found[number] for number in sorted(found)]


def _is_number(text: bytes) -> bool:
    return text.isdigit() and len(text) < 10


def _is_hex(text: bytes) -> bool:
    return re.fullmatch(rb"[0-9A-Fa-f]{1,16}", text) is not None


def parse_cards(answer: bytes) -> dict[bytes, str]:
    """Return the public volumes of `sm list-volumes all`: file system UUID to state ("mounted", "unmountable", …).

    Source: AOSP Sm.java `runListVolumes`: volume id, state of the environment, UUID; `null` where there is none.
    Recorded: `public:259,2 mounted 1234-ABCD`, `emulated;0 mounted null`.
    """
    found: dict[bytes, str] = {}
    for line in answer.split(b"\n"):
        words = line.split(None, 3)
        if len(words) != 3 or not words[0].startswith(b"public:") or len(found) >= _MAX_CARDS:
            continue
        _, state, uuid = words
        if uuid != b"null" and _is_component(uuid):
            found[uuid] = readable(state[:100])
    return found


def parse_used(answer: bytes) -> int | None:
    """Return the used bytes of `df -k PATH` (1K-blocks, the second number); None where it tells none."""
    match = _DF.search(answer)
    return int(match[2]) * 1024 if match and len(match[2]) < 16 else None


def _is_component(name: bytes) -> bool:
    return re.fullmatch(rb"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}", name) is not None


def users(shell: Shell) -> list[User] | None:
    """Return the phone's users; None where it does not tell."""
    return parse_users(shell.run(b"pm list users", limit=_LIMIT).stdout) or None


def shared_root(shell: Shell) -> bytes:
    """Return the main user's shared storage, no link on the way: what `$EXTERNAL_STORAGE` or /sdcard leads to."""
    script = (
        b'for p in "$EXTERNAL_STORAGE" /sdcard; do [ -n "$p" ] && [ -d "$p" ] && cd -P "$p" && pwd -P && break; done'
    )
    root = shell.run(script, limit=1 << 16).stdout.removesuffix(b"\n")
    return root if is_clean(root) and root != b"/" else DEFAULT_ROOT


def volumes(shell: Shell) -> list[Volume]:
    """Return every storage tree, with the obstacle where it cannot be listed; the main user's first."""
    root = shared_root(shell)
    own_id = _user_of(root)
    known = users(shell)
    found = [Volume(VolumeKind.SHARED, "shared", root, "", own_id, _obstacle(shell, root))]
    for user in known if known is not None else _users_by_folder(shell):
        if user.id != own_id:
            found.append(_user_volume(shell, user))
        else:
            found[0] = Volume(VolumeKind.SHARED, "shared", root, user.name, own_id, found[0].obstacle)
    return found + _cards(shell, {volume.root for volume in found})


def _user_of(root: bytes) -> int:
    last = root.rpartition(b"/")[2]
    return int(last) if _is_number(last) else 0


def _users_by_folder(shell: Shell) -> list[User]:
    names = shell.run(b"ls /storage/emulated", limit=_LIMIT).stdout.split()
    numbers = sorted({int(name) for name in names if _is_number(name)})
    return [User(number, "", running=True) for number in numbers[:_MAX_USERS]]


def _user_volume(shell: Shell, user: User) -> Volume:
    """Return another user's storage by the first way that can be listed; else locked, by its usual place."""
    usual = b"/storage/emulated/%d" % user.id
    for root in (usual, b"/mnt/user/%d/emulated/%d" % (user.id, user.id), b"/mnt/shell/emulated/%d" % user.id):
        if _obstacle(shell, root) is None:
            return Volume(VolumeKind.USER, str(user.id), root, user.name, user.id)
    return Volume(VolumeKind.USER, str(user.id), usual, user.name, user.id, Obstacle.LOCKED)


def _cards(shell: Shell, taken: set[bytes]) -> list[Volume]:
    states = parse_cards(shell.run(b"sm list-volumes all", limit=_LIMIT).stdout)
    script = b'for d in /storage/*; do [ -d "$d" ] && [ ! -L "$d" ] && echo "$d"; done'
    for line in shell.run(script, limit=_LIMIT).stdout.split(b"\n"):
        name = line.removeprefix(b"/storage/")
        if _is_component(name) and name not in _NOT_CARDS and len(states) < _MAX_CARDS:
            states.setdefault(name, "mounted")
    found = []
    for name, state in sorted(states.items()):
        root = b"/storage/" + name
        if root in taken:
            continue
        obstacle = _obstacle(shell, root)
        if obstacle is not None and state != "mounted":
            found.append(Volume(VolumeKind.CARD, name.decode(), root, state, None, Obstacle.READ_ERROR))
        else:
            used = parse_used(shell.run(b"df -k " + quote(root), limit=1 << 16).stdout) if obstacle is None else None
            found.append(Volume(VolumeKind.CARD, name.decode(), root, "", None, obstacle, used))
    return found


def _obstacle(shell: Shell, root: bytes) -> Obstacle | None:
    return next((item.obstacle for item in unlistable(shell, [root])), None)
