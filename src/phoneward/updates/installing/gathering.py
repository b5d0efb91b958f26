"""From what a person named to what would be installed: opened, sorted by app, and copied into a private folder."""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from phoneward.apk import ApkChangedError, AppSet, Source, open_app
from phoneward.errors import readable
from phoneward.updates.installing.copying import copy_apk, new_folder, split_name
from phoneward.updates.installing.errors import OddPartError, TwiceError
from phoneward.updates.installing.plan import Candidate
from phoneward.updates.subject import Device

_SPLIT: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,150}")
"""What may become part of a file's name; AOSP `FrameworkParsingPackageUtils.validateName` allows no more."""


def gather(stack: ExitStack, files: Sequence[Path], above: Path, device: Device) -> list[Candidate]:
    """Return the updates that a person named, each from its private copy. Parts of one app belong together.

    Args:
        stack: closes what is opened.
        files: APKs, bundles or folders of them.
        above: where private copies are made.
        device: the phone that they are for.

    Raises:
        ApkError: one of them is not one that Android would open.
        TwiceError: two of them are the same part of one app.
        OSError: they cannot be copied.
    """
    found: dict[str, list[Path]] = {}
    for file in files:
        with open_app([file], sdk=device.sdk, abis=device.abis) as app:
            found.setdefault(app.package, []).append(file)
    for package, some in found.items():
        _refuse_twice(package, some)
    return [candidate_of(stack, some, above, device) for some in found.values()]


def _refuse_twice(package: str, files: Sequence[Path]) -> None:
    """Raise TwiceError where files are the same part of one app: which of them is meant, nobody can tell."""
    seen: dict[str, Path] = {}
    for file in files:
        with open_app([file]) as app:
            for apk in app.apks:
                other = seen.setdefault(apk.manifest.split, file)
                if other is not file:
                    raise TwiceError(first=readable(other.name), second=readable(file.name), package=readable(package))


def candidate_of(stack: ExitStack, origins: Sequence[Path | Source], above: Path, device: Device) -> Candidate:
    """Return one update, copied and opened from the copy.

    Args:
        stack: closes what is opened.
        origins: its parts: files, or files of the vault.
        above: where private copies are made.
        device: the phone that it is for.

    Raises:
        ApkError: it is not one that Android would open.
        OddPartError: a part of it has a name that is none.
        OSError: it cannot be copied.
    """
    folder = new_folder(above)
    with open_app(origins, sdk=device.sdk, abis=device.abis) as app:
        names = [_file_name(app, apk.manifest.split) for apk in app.apks]
        copies = tuple(copy_apk(apk.source, folder, name) for apk, name in zip(app.apks, names, strict=True))
        source = app.name
    opened = stack.enter_context(open_app([copy.path for copy in copies]))
    if {split_name(apk.manifest.split) for apk in opened.apks} != {copy.name for copy in copies}:
        raise ApkChangedError(file=source)  # while it was copied
    return Candidate(opened, copies, source)


def _file_name(app: AppSet, split: str) -> str:
    if split and not _SPLIT.fullmatch(split):
        raise OddPartError(file=app.name, part=readable(split))
    return split_name(split)
