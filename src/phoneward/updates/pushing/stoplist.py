"""What has to be withdrawn, as a file for the store's own programs."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import msgspec

from phoneward.errors import readable
from phoneward.updates.pushing.errors import StopListUnwritableError
from phoneward.updates.pushing.problems import Problem


def problem_document(problem: Problem) -> dict[str, object]:
    """Return a problem for programs."""
    return {
        "problem": problem.kind.value,
        "file": readable(problem.path),
        "package": readable(problem.package),
        "version_code": problem.version_code,
        "over": readable(problem.over),
        "min_sdk": problem.low,
        "max_sdk": problem.high,
        "text": str(problem.text),
        "reasons": [{"code": reason.code, "text": str(reason.text)} for reason in problem.reasons],
    }


def write_stop_list(place: Path, problems: Iterable[Problem]) -> None:
    """Write the problems with the SHA-256 of each file, one JSON line each; the file is there as a whole or not at all.

    Raises:
        StopListUnwritableError: it cannot be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=".stop-list-", dir=place.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                for problem in problems:
                    line = problem_document(problem) | {"sha256": _sha256(problem.path)}
                    file.write(msgspec.json.encode(line) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, place)
        except BaseException:  # an interrupt too must leave no half list behind
            os.unlink(name)
            raise
    except OSError as error:
        raise StopListUnwritableError(
            file=readable(str(place)), problem=readable(error.strerror or type(error).__name__)
        ) from error


def _sha256(path: str) -> str | None:
    """Return the SHA-256 of a file, 64 hex digits; None where it cannot be read any more."""
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
