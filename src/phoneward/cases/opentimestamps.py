"""OpenTimestamps by its own program (`ots`, LGPL), where it is installed: it asks public calendars over the network."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from phoneward.cases.bag import TAG_MANIFEST
from phoneward.cases.errors import OpenTimestampsMissingError
from phoneward.errors import readable
from phoneward.texts import _

_SECONDS: Final = 120
_MAX_PROOF: Final = 1 << 20


def program() -> str:
    """Return where `ots` is.

    Raises:
        OpenTimestampsMissingError: it is not installed.
    """
    found = shutil.which("ots")
    if found is None:
        raise OpenTimestampsMissingError(detail=_("the program ots is not installed"))
    return found


def open_stamp(content: bytes) -> bytes:
    """Have bytes stamped; they stay here, a hash of them goes out. Returns the proof (`.ots`).

    Raises:
        OpenTimestampsMissingError: the program is not installed, or failed.
    """
    ots = program()
    with tempfile.TemporaryDirectory(prefix="phoneward-ots-") as folder:
        file = Path(folder) / TAG_MANIFEST
        file.write_bytes(content)
        try:
            done = subprocess.run(
                [ots, "stamp", str(file)], stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False
            )
            with file.with_name(file.name + ".ots").open("rb") as stream:
                proof = stream.read(_MAX_PROOF + 1)
        except (OSError, subprocess.SubprocessError) as error:
            raise OpenTimestampsMissingError(detail=readable(str(error))[:200]) from error
    if done.returncode or not 0 < len(proof) <= _MAX_PROOF:
        raise OpenTimestampsMissingError(detail=readable(done.stderr.decode("utf-8", "replace"))[-200:])
    return proof
