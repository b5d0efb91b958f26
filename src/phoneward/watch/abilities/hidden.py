"""What of an app nobody could see by looking at its file: packed code, code elsewhere, native code."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import Final

from phoneward.apk import OpenedApk
from phoneward.apk.container import Container, Entry
from phoneward.apk.dex import Code
from phoneward.apk.dex.elsewhere import beginning, hidden_code
from phoneward.apk.manifest.declared import Declared
from phoneward.errors import readable
from phoneward.texts import counted, words
from phoneward.watch.abilities.facts import Ability, Owner, Unseen, Whose
from phoneward.watch.abilities.owners import LIBRARY
from phoneward.watch.abilities.rules import PackerRule, packer_rules

MAX_NAMES: Final = 50
_LEAST_SECRET: Final = 100_000
_NOISE: Final = 7.9
"""Bits a byte: what is encrypted or compressed comes to 8."""
_KNOWN: Final = (
    b"PK",
    b"\x89PNG",
    b"\xff\xd8",
    b"RIFF",
    b"OggS",
    b"ID3",
    b"\x1f\x8b",
    b"GIF8",
    b"7z",
    b"\x28\xb5\x2f\xfd",
)
_MAX_LOOKED: Final = 2_000


def unseen(apks: list[OpenedApk], declared: Declared, code: Code, abilities: list[Ability]) -> list[Unseen]:
    """Return what could not be looked into, the gravest first."""
    found = list(_of_packing(apks, declared, code))
    is_packed = bool(found)
    found += _of_files(apks, code)
    if is_packed:
        found += _secret_files(apks)
    found += _of_abilities(abilities)
    libraries = sorted({name.rpartition(b"/")[2] for apk in apks for name in apk.container if _is_library(name)})
    if libraries:
        names = tuple(readable(name) for name in libraries)
        text = counted(
            "One file holds native code, which is not looked into: what it does is not told here.",
            "{count} files hold native code, which is not looked into: what they do is not told here.",
            len(names),
        )
        found.append(Unseen("native-code", text, names[:MAX_NAMES]))
    return sorted(found, key=lambda one: not one.is_grave)


def manifest_classes(declared: Declared) -> list[str]:
    """Return the classes that the manifest names, each once."""
    named = [declared.application, declared.factory, *(part.name for part in declared.components)]
    return [name for name in dict.fromkeys(named) if name]


def packer_classes() -> list[str]:
    """Return the classes by which packers are known."""
    return [name for rule in packer_rules() for name in rule.classes]


def _is_library(name: bytes) -> bool:
    return name.startswith(b"lib/") and name.endswith(b".so")


def _of_packing(apks: list[OpenedApk], declared: Declared, code: Code) -> Iterator[Unseen]:
    named = manifest_classes(declared)
    missing = [name for name in named if name not in code.present]
    if code.dex_files == () and not code.unread:
        if named:
            yield Unseen("no-code", words("There is no code in these files."), is_grave=True)
        return
    packers = [(rule, marks) for rule in packer_rules() if (marks := _marks(rule, apks, declared, code))]
    is_hidden = len(missing) > 1 and len(missing) * 2 >= len(named)
    for rule, marks in packers:
        is_grave = is_hidden or any(name in rule.classes for name in (declared.application, declared.factory))
        name = rule.name if rule.confirmed else f"{rule.name}?"
        text = words("There are files of a program that packs code ({packer}): some may not be seen.", packer=name)
        if is_grave:
            text = words(
                "The app's own code cannot be seen: it is packed ({packer}) and unpacked only when the app runs.",
                packer=name,
            )
        yield Unseen("packed", text, tuple(marks)[:MAX_NAMES], is_grave)
    if is_hidden:
        text = words(
            "The app's own code cannot be seen: {missing} of {named} parts that Android starts are not in the code "
            "that lies in these files. It is packed, or lies in another file.",
            missing=len(missing),
            named=len(named),
        )
        yield Unseen("missing-classes", text, tuple(readable(name) for name in missing[:MAX_NAMES]), is_grave=True)
    elif missing:
        text = counted(
            "One part that the app declares is not in these files; it may lie in another part of the app.",
            "{count} parts that the app declares are not in these files; they may lie in another part of the app.",
            len(missing),
        )
        yield Unseen("missing-classes", text, tuple(readable(name) for name in missing[:MAX_NAMES]))


def _marks(rule: PackerRule, apks: list[OpenedApk], declared: Declared, code: Code) -> list[str]:
    """Return by what a packer is known in an app."""
    marks = [name for name in rule.classes if name in code.present or name == declared.application]
    for apk in apks:
        for name in apk.container:
            own = name.rpartition(b"/")[2].decode("utf-8", "replace")
            whole = name.decode("utf-8", "replace")
            if whole in rule.files or (own.endswith(".so") and own.startswith(rule.libraries)):
                marks.append(readable(whole))
    return marks


def _of_files(apks: list[OpenedApk], code: Code) -> Iterator[Unseen]:
    for one in code.unread:
        text = words("{file} was not looked into: {why}.", file=one.name, why=one.reason)
        yield Unseen("unread-dex", text, (one.name,), is_grave=True)
    if code.broken:
        text = counted(
            "One method was left out: its instructions make no sense.",
            "{count} methods were left out: their instructions make no sense.",
            code.broken,
        )
        yield Unseen("unread-dex", text)
    if code.is_cut:
        yield Unseen("unread-dex", words("There is more of it than is told here."))
    inside: list[str] = []
    archives: list[str] = []
    for apk in apks:
        for entry, is_code in hidden_code(apk.container):
            (inside if is_code else archives).append(readable(entry.name))
    if inside:
        text = words("There is code in files that Android does not load by itself. It was looked through as well.")
        yield Unseen("hidden-dex", text, tuple(inside[:MAX_NAMES]))
    if archives:
        text = words("There are archives that may hold more code. They were not looked into.")
        yield Unseen("hidden-dex", text, tuple(archives[:MAX_NAMES]))


def _of_abilities(abilities: list[Ability]) -> Iterator[Unseen]:
    loads = next((one for one in abilities if one.code == "loads-code"), None)
    if loads is not None and not loads.is_ordinary and any(map(_is_other, loads.owners)):
        yield Unseen("loaded-code", words("The app can load more code when it runs. What that does is not told here."))


def _is_other(owner: Owner) -> bool:
    return owner.whose is not Whose.KNOWN or owner.purpose != LIBRARY


def _secret_files(apks: list[OpenedApk]) -> Iterator[Unseen]:
    """Yield large files that look encrypted, where code is hidden anyway: there it may be."""
    entries = [(apk.container, entry) for apk in apks for entry in apk.container.entries()]
    large = [one for one in entries if one[1].name.startswith(b"assets/") and one[1].size >= _LEAST_SECRET]
    found = [readable(entry.name) for container, entry in large[:_MAX_LOOKED] if _is_noise(container, entry)]
    if found:
        text = words("These files look encrypted; the code may be in them.")
        yield Unseen("hidden-files", text, tuple(found[:MAX_NAMES]))


def _is_noise(container: Container, entry: Entry) -> bool:
    begin = beginning(container, entry)
    if not begin or begin.startswith(_KNOWN) or begin[4:8] == b"ftyp":
        return False
    counts = Counter(begin)
    return -sum(n / len(begin) * math.log2(n / len(begin)) for n in counts.values()) > _NOISE
