"""Unpacked Debian packages for tests, from the mirror this machine already uses. Nothing is installed.

A private view of apt (its own sources, lists and cache under `.cache/debian`) lets one machine use programs of several
Debian releases side by side: `apt-get download`, `dpkg -x`, done. The host name of a mirror is never written here: it
is read from the machine's own apt set-up (`apt-get indextargets`, apt-get(8)).

Every result is cached, unpacked beside its final place and renamed into it, under a file lock: parallel test runs
share one download, and a run that was killed leaves nothing that looks complete.
"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
"""bookworm's copy (2023.3+deb12u2) verifies bookworm, bookworm-backports, trixie and sid (run)."""

BASE_SUITE = "bookworm"
SUITES = (BASE_SUITE, f"{BASE_SUITE}-backports", "trixie", "sid")
_DAY_S = 86_400


class DebianPackagesError(RuntimeError):
    """A package could not be had; the text says what was run and what it answered."""


def cache_dir() -> Path:
    """Return the folder for everything tests download or build; it may be deleted at any time between runs."""
    named = os.environ.get("PHONEWARD_TEST_CACHE")
    path = Path(named) if named else PROJECT / ".cache"
    path.mkdir(parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def locked(name: str) -> Iterator[None]:
    """Hold a lock between processes (and threads) for the length of the block."""
    folder = cache_dir() / "locks"
    folder.mkdir(exist_ok=True)
    with (folder / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def build_once(place: Path, build: Callable[[Path], None]) -> Path:
    """Return `place`, made by `build(empty_folder)` if it is not there yet; whole or not at all."""
    if place.exists():
        return place
    place.parent.mkdir(parents=True, exist_ok=True)
    # One lock a place: a build may need other places built first.
    with locked("build-" + hashlib.sha256(os.fsencode(place)).hexdigest()[:16]):
        if not place.exists():
            work = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=place.parent))
            try:
                build(work)
                work.chmod(0o755)
                work.rename(place)
            finally:
                shutil.rmtree(work, ignore_errors=True)
    return place


def unpacked(package: str, suite: str) -> Path:
    """Return a folder holding the content of one package of `suite`, without what it depends on."""

    def build(work: Path) -> None:
        debs = work / "debs"
        debs.mkdir()
        _apt("download", f"{package}/{suite}", cwd=debs)
        _extract(debs, work)

    return build_once(cache_dir() / "debian" / suite / package, build)


def unpacked_with_dependencies(name: str, packages: Sequence[str], *, suite: str = "base") -> Path:
    """Return a folder holding `packages` and all they depend on, C library included.

    Args:
        name: what the folder in the cache begins with; each list of packages has a folder of its own.
        packages: apt's own notation, `package` or `package/suite`.
        suite: "base": the base suite and its backports are looked at; else the one suite that is.
    """

    def build(work: Path) -> None:
        # An empty status file: whatever this machine has installed, everything needed is fetched.
        (work / "status").touch()
        debs = work / "debs"
        (debs / "partial").mkdir(parents=True)
        _apt(
            *("-o", f"Dir::State::status={work / 'status'}", "-o", f"Dir::Cache::archives={debs}"),
            *("-o", f"Dir::State::extended_states={work / 'extended'}", "-o", f"Dir::Log={work}"),
            *("-o", "Debug::NoLocking=1", "--no-install-recommends", "--download-only", "-y", "install", *packages),
            cwd=work,
            sources=f"{suite}.list",
        )
        _extract(debs, work)

    key = hashlib.sha256("\n".join(packages if suite == "base" else (suite, *packages)).encode()).hexdigest()[:12]
    return build_once(cache_dir() / "debian" / "roots" / f"{name}-{key}", build)


def _extract(debs: Path, root: Path) -> None:
    found = sorted(debs.glob("*.deb"))
    if not found:
        raise DebianPackagesError(f"apt-get answered without an error, yet there is no package in {debs}")
    for deb in found:
        _run(["dpkg", "-x", str(deb), str(root)], cwd=root)
    shutil.rmtree(debs)


def _run(command: Sequence[str], *, cwd: Path) -> str:
    done = subprocess.run(
        command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=600
    )
    if done.returncode != 0:
        raise DebianPackagesError(f"{' '.join(command)}\nexit {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def _apt(*args: str, cwd: Path, sources: str = "all.list") -> str:
    view = _view()
    with locked("apt"):
        suite = sources.removesuffix(".list")
        if suite in SUITES:
            lines = (view / "all.list").read_text().splitlines(keepends=True)
            (view / sources).write_text("".join(line for line in lines if f" {suite} " in line))
        return _run(_apt_command(view, sources, *args), cwd=cwd)


def _apt_command(view: Path, sources: str, *args: str) -> list[str]:
    options = {
        "Dir::Etc::sourcelist": view / sources,
        "Dir::Etc::sourceparts": view / "parts",
        "Dir::State::lists": view / "lists",
        "Dir::Cache": view / "cache",
        # Both lists of sources share one set of downloaded lists: a stored package cache would be of the other one.
        "Dir::Cache::pkgcache": "",
        "Dir::Cache::srcpkgcache": "",
        # The user `_apt` may not enter a private folder.
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
    }
    pairs = [part for key, value in options.items() for part in ("-o", f"{key}={value}")]
    return ["apt-get", "-qq", *pairs, *args]


def _view() -> Path:
    """Return the private apt folder, its lists downloaded within the last day."""
    view = cache_dir() / "debian" / "apt"
    with locked("apt"):
        stamp = view / "updated"
        fresh = stamp.exists() and stamp.stat().st_mtime > _now_s() - _DAY_S
        if not fresh:
            for folder in ("lists/partial", "cache/archives/partial", "parts"):
                (view / folder).mkdir(parents=True, exist_ok=True)
            mirror = _mirror()
            lines = [f"deb [signed-by={KEYRING}] {mirror} {suite} main\n" for suite in SUITES]
            (view / "all.list").write_text("".join(lines))
            (view / "base.list").write_text("".join(lines[:2]))
            _run(_apt_command(view, "all.list", "update"), cwd=view)
            stamp.touch()
    return view


def _now_s() -> float:
    with tempfile.TemporaryFile() as file:  # the file system's clock, which also dated the stamp
        return os.fstat(file.fileno()).st_mtime


def _mirror() -> str:
    """Return the address this machine fetches its own Debian release from."""
    release = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    codename = release.get("VERSION_CODENAME", "").strip('"')
    # Not bookworm-security and the like, nor a stranger's packages for bookworm.
    whole = [t for t in _index_targets() if t[3] == "Debian" and "-" not in t[1] + t[2]]
    # A rolling machine calls its release by another name than os-release does: any whole release will do there.
    for uri, *_names in sorted(whole, key=lambda target: codename not in target):
        return uri
    raise DebianPackagesError(
        "apt on this machine names no mirror of its own Debian release. These tests fetch restic, adb and adbd from "
        "it: run `apt-get update` on a Debian machine with its usual sources, then try again."
    )


def _index_targets() -> list[list[str]]:
    """Return address, release, code name and origin of what this machine's apt downloads package lists from."""
    ask = ["indextargets", "--format", "$(REPO_URI)|$(RELEASE)|$(CODENAME)|$(ORIGIN)"]
    answer = _run(["apt-get", *ask], cwd=PROJECT)
    if not answer:
        # Before the first `apt-get update` apt knows nothing. Its sources, our lists: that needs no rights.
        own = cache_dir() / "debian" / "own-lists"
        (own / "partial").mkdir(parents=True, exist_ok=True)
        options = ["-o", f"Dir::State::lists={own}", "-o", "APT::Sandbox::User=root", "-o", "Acquire::Languages=none"]
        options += ["-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache="]
        _run(["apt-get", "-qq", *options, "update"], cwd=own)
        answer = _run(["apt-get", *options, *ask], cwd=own)
    return [line.split("|") for line in answer.splitlines()]
