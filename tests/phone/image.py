"""The read-only part of the test phone: real adbd, toybox, mksh, sqlite3 and their libraries, put together once."""

import hashlib
import os
import platform
import shutil
import subprocess
from pathlib import Path

from tests.tools import debian

_PACKAGES = (f"adbd/{debian.SUITES[1]}", "toybox", "mksh", "sqlite3", "-t", debian.SUITES[1])
_LAYOUT = b"3"
"""Raise it when the layout below changes: old images in the cache are then left alone."""


def image() -> Path:
    """Return the folder with the phone's programs.

    `programs/` holds adbd, toybox, sh (mksh) and sqlite3; `commands` names toybox's commands, one a line; `mounts/`
    holds folders to be mounted in the phone, each named after its place with `+` for `/`.
    """
    key = hashlib.sha256("\n".join(_PACKAGES).encode() + _LAYOUT).hexdigest()[:12]
    return debian.build_once(debian.cache_dir() / "phone" / f"image-{key}", _build)


def adb_program(version: str = "29") -> Path:
    """Return a folder to put on PATH that holds Debian's adb client.

    Args:
        version: "29" (bookworm) or "34" (its backports).
    """
    suite = {"29": debian.SUITES[0], "34": debian.SUITES[1]}[version]

    def build(work: Path) -> None:
        # The libraries of that release, without its C library: this machine's own one starts the program.
        root = debian.unpacked_with_dependencies(f"adb-{version}", [f"adb/{suite}", "-t", suite])
        libraries = work / "lib"
        libraries.mkdir()
        _copy_libraries(root, libraries, without_libc=True)
        shutil.copy2(root / "usr/lib/android-sdk/platform-tools/adb", work / "adb")
        (work / "bin").mkdir()
        # The script finds its folder from where it lies, so the cache may move.
        (work / "bin" / "adb").write_text(
            '#!/bin/sh\nhere=$(dirname "$(readlink -f "$0")")/..\nLD_LIBRARY_PATH=$here/lib exec "$here/adb" "$@"\n'
        )
        (work / "bin" / "adb").chmod(0o755)

    return debian.build_once(debian.cache_dir() / "phone" / f"adb-{version}", build) / "bin"


def _build(work: Path) -> None:
    root = debian.unpacked_with_dependencies("phone", _PACKAGES)
    programs = work / "programs"
    programs.mkdir()
    for source, name in (
        ("usr/lib/android-sdk/platform-tools/adbd", "adbd"),
        ("bin/toybox", "toybox"),
        ("bin/mksh", "sh"),
        ("usr/bin/sqlite3", "sqlite3"),
    ):
        shutil.copy2(root / source, programs / name)
    libraries = work / "mounts" / f"lib+{_triplet(root)}"
    libraries.mkdir(parents=True)
    _copy_libraries(root, libraries, without_libc=False)
    loader = _loader(root)
    if loader.parts[0] == "lib64":
        shutil.copytree(root / "lib64", work / "mounts" / "lib64", symlinks=False)
    answer = subprocess.run(
        [str(root / loader), "--library-path", str(libraries), str(programs / "toybox")],
        capture_output=True,
        text=True,
        check=True,
    )
    (work / "commands").write_text("\n".join(answer.stdout.split()) + "\n")


def _triplet(root: Path) -> str:
    return next(path.parent.name for path in root.glob("lib/*/libc.so.6"))


def _loader(root: Path) -> Path:
    """Return the dynamic loader's place, as the programs name it (ELF's PT_INTERP)."""
    name = {"x86_64": "lib64/ld-linux-x86-64.so.2", "aarch64": "lib/ld-linux-aarch64.so.1"}[platform.machine()]
    if not (root / name).exists():  # a link that is absolute points into this machine, not into `root`
        raise FileNotFoundError(root / name)
    return Path(name)


def _copy_libraries(root: Path, target: Path, *, without_libc: bool) -> None:
    triplet = _triplet(root)
    libc = {os.path.basename(path) for path in _libc_files(root, triplet)} if without_libc else set()
    for folder in (f"lib/{triplet}", f"usr/lib/{triplet}", f"usr/lib/{triplet}/android"):
        for path in sorted((root / folder).glob("*.so*")):
            if path.is_file() and path.name not in libc and not path.name.startswith("ld-linux"):
                shutil.copy2(path, target / path.name)


def _libc_files(root: Path, triplet: str) -> list[str]:
    names = "c c_malloc_debug m mvec dl pthread rt resolv util anl nsl BrokenLocale memusage pcprofile thread_db nss_*"
    return [str(p) for name in names.split() for p in (root / "lib" / triplet).glob(f"lib{name}.so*")]
