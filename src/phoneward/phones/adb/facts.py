"""Which phone this is and what time it has."""

import hashlib
import io
import re

from phoneward.errors import readable
from phoneward.phones.adb.shell import Shell
from phoneward.phones.base import Identity
from phoneward.phones.errors import PhoneAnswerError
from phoneward.phones.labels import host_label
from phoneward.phones.numbers import known_moment
from phoneward.phones.updating import DeviceFacts
from phoneward.texts import _

_PROPERTY = re.compile(rb"\[([^\]]{1,200})\]: \[")
_MAX_VALUE = 500
_MAX_PROPERTIES = 20_000
_SERIALS = ("ro.serialno", "ro.boot.serialno")


def parse_properties(answer: bytes) -> dict[str, str]:
    """Return the phone's system properties, readable.

    Source: toolbox/toybox `getprop` prints `[name]: [value]`; a value may hold line ends.
    """
    found: dict[str, str] = {}
    name: bytes | None = None
    value = bytearray()
    for line in io.BytesIO(answer):
        rest = line.removesuffix(b"\n").removesuffix(b"\r")
        if name is None:
            start = _PROPERTY.match(rest)
            if start is None or len(found) >= _MAX_PROPERTIES:
                continue
            name, value, rest = start[1], bytearray(), rest[start.end() :]
        ended = rest.endswith(b"]")
        if len(value) < _MAX_VALUE:
            value += rest[: -1 if ended else None][:_MAX_VALUE] + b"\n"
        if ended:
            found[readable(name)] = readable(bytes(value[:_MAX_VALUE]).strip())
            name = None
    return found


def properties(shell: Shell) -> dict[str, str]:
    """Ask for all system properties at once."""
    return parse_properties(shell.run(b"getprop", limit=4 << 20).stdout)


def identity(properties: dict[str, str], adb_serial: str) -> Identity:
    """Return the identity that system properties tell.

    The id comes from the hardware serial number, so it is the same over USB and Wi-Fi; a phone that hides it is known
    by adb's serial. The number itself is not kept.
    """
    serial = next((properties[name] for name in _SERIALS if properties.get(name, "unknown") not in {"", "unknown"}), "")
    digest = hashlib.sha256(b"phoneward adb\0" + (serial or adb_serial).encode("utf-8", "surrogatepass")).hexdigest()
    maker, model = properties.get("ro.product.manufacturer", ""), properties.get("ro.product.model", "")
    name = model if model.lower().startswith(maker.lower()) else f"{maker} {model}"
    return Identity(
        id=digest[:16],
        label=host_label(name, "android"),
        kind="adb",
        manufacturer=maker,
        model=model,
        os_version=properties.get("ro.build.version.release", ""),
        api_level=_api_level(properties),
        build_fingerprint=properties.get("ro.build.fingerprint", ""),
    )


def _api_level(properties: dict[str, str]) -> int | None:
    level = properties.get("ro.build.version.sdk", "")
    return int(level) if level.isascii() and level.isdigit() and len(level) < 6 else None


def device_facts(properties: dict[str, str]) -> DeviceFacts:
    """Return what decides which apps the phone takes.

    Source: AOSP Build.java (`SUPPORTED_ABIS` is ro.product.cpu.abilist, before Android 5 abi and abi2; `IS_DEBUGGABLE`
    is ro.debuggable), Build.VERSION (`CODENAME` is `REL` on a release; all_codenames came with Android 5.1).
    """
    abis = properties.get("ro.product.cpu.abilist") or ",".join(
        properties.get(name, "") for name in ("ro.product.cpu.abi", "ro.product.cpu.abi2")
    )
    names = properties.get("ro.build.version.all_codenames") or properties.get("ro.build.version.codename", "")
    debuggable = {"1": True, "0": False}.get(properties.get("ro.debuggable", ""))
    return DeviceFacts(
        sdk=_api_level(properties),
        release=properties.get("ro.build.version.release", ""),
        codenames=frozenset(name for name in names.split(",") if name and name != "REL"),
        abis=tuple(abi for abi in abis.split(",") if abi),
        is_debuggable_build=debuggable,
        manufacturer=properties.get("ro.product.manufacturer", ""),
        brand=properties.get("ro.product.brand", ""),
        model=properties.get("ro.product.model", ""),
        fingerprint=properties.get("ro.build.fingerprint", ""),
    )


def parse_now(answer: bytes) -> int:
    """Return nanoseconds since 1970 UTC from the two lines of `date +%s; date +%s%N` (old ones print a letter N).

    Raises:
        PhoneAnswerError: the first line is no time that a phone can have.
    """
    lines = answer.split(None, 2)
    if not lines or not re.fullmatch(rb"-?\d{1,11}", lines[0]):
        raise PhoneAnswerError(detail=_("the phone does not tell its time"))
    seconds = lines[0]
    precise = re.fullmatch(rb"(-?\d{1,11})(\d{9})", lines[1]) if len(lines) > 1 else None
    told = int(seconds) * 10**9
    if precise and abs(int(precise[1]) - int(seconds)) <= 60:
        told = int(precise[1] + precise[2])
    moment = known_moment(told)
    if moment is None:
        raise PhoneAnswerError(detail=_("the phone's clock shows a time that cannot be"))
    return moment


def now_ns(shell: Shell) -> int:
    """Return the phone's clock."""
    return parse_now(shell.run(b"date +%s; date +%s%N", limit=1 << 16).stdout)
