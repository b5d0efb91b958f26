"""Judges that pin other versions of the libraries Phoneward uses: each runs in an environment of its own.

`requirements/oracle-NAME.txt` locks it; it is made once, in the tests' cache.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

from tests.tools.debian import PROJECT, build_once, cache_dir


def oracle_python(name: str) -> Path:
    """Return the Python of an oracle's environment ("mitmproxy", "androguard"); its programs lie beside it."""
    lock = PROJECT / "requirements" / f"oracle-{name}.txt"
    # A new lock is a new environment. Built in its last place, as programs in `bin` name it: so no rename.
    stamp = hashlib.sha256(lock.read_bytes()).hexdigest()[:12]
    home = cache_dir() / "oracles" / f"{name}-{stamp}"

    def build(ready: Path) -> None:
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True, timeout=120)
        pip = [str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        subprocess.run([*pip, "install", "--require-hashes", "-r", str(lock)], check=True, timeout=900)
        (ready / "done").touch()

    build_once(home.with_name(home.name + ".ready"), build)
    return home / "bin" / "python"
