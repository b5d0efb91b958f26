"""Apps made for tests: a manifest by aapt, code by `tests/apk/dex/writing.py`. None of them is signed; none is run."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Unpack

from phoneward.watch.abilities import AppAbilities, look_at_app
from tests.apk.dex.writing import Class, Method, Ref, Unit, call, dex, load
from tests.apk.making import Facts, make_apk

PACKAGE = "org.bank.app"
RETURN: list[Unit] = [0x000E]
OBSERVE = Ref(
    "Landroid/content/ContentResolver;",
    "registerContentObserver",
    "(Landroid/net/Uri;ZLandroid/database/ContentObserver;)V",
)
PICTURES = Ref("Landroid/provider/MediaStore$Images$Media;", "EXTERNAL_CONTENT_URI", "Landroid/net/Uri;")
SETTINGS = Ref("Landroid/provider/Settings$System;", "CONTENT_URI", "Landroid/net/Uri;")
FILES = "Landroid/os/FileObserver;"
ACTIVITY = "Landroid/app/Activity;"


def get(field: Ref) -> list[Unit]:
    """Return `sget-object v0`."""
    return [0x0062, field]


def code(name: str, *units: Sequence[Unit], above: str = "Ljava/lang/Object;", method: str = "look") -> Class:
    """Return a class with one method."""
    body = [unit for piece in units for unit in piece]
    return Class(f"L{name.replace('.', '/')};", above, (Method(method, units=[*body, *RETURN]),))


def permissions(*names: str) -> str:
    """Return elements of the manifest that ask for permissions of Android's."""
    return "".join(f'<uses-permission android:name="android.permission.{name}"/>' for name in names)


def app(*classes: Class, files: Mapping[str, bytes] | None = None, **facts: Unpack[Facts]) -> Path:
    """Return an app with this code."""
    main = code(f"{PACKAGE}.Main", above=ACTIVITY)
    held = {"classes.dex": dex([main, *classes])} | dict(files or {})
    facts.setdefault("target_sdk", 34)
    facts.setdefault("in_application", "")
    facts["in_application"] += f'<activity android:name="{PACKAGE}.Main"/>'
    return make_apk(PACKAGE, files=held, keys=(), **facts)


def look(*classes: Class, files: Mapping[str, bytes] | None = None, **facts: Unpack[Facts]) -> AppAbilities:
    """Look at an app with this code."""
    return look_at_app([app(*classes, files=files, **facts)])


__all__ = [
    "ACTIVITY",
    "FILES",
    "OBSERVE",
    "PACKAGE",
    "PICTURES",
    "SETTINGS",
    "Ref",
    "app",
    "call",
    "code",
    "get",
    "load",
    "look",
    "permissions",
]
