"""A new folder that appears when everything in it is finished, and never among what was read for it."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from phoneward.errors import ExitCode, readable
from phoneward.rescue.errors import RescueError
from phoneward.texts import N_, _


class FolderTakenError(RescueError):
    """There is something at the place where the folder should be made."""

    message = N_("The folder {path} is not empty.")
    next_step = N_("Name a new folder, so that nothing of yours is mixed up or written over.")
    exit_code = ExitCode.USAGE


class FolderWithinError(RescueError):
    """The folder would lie among the sources."""

    message = N_("The folder {path} would lie within what is to be read.")
    next_step = N_("Choose a folder elsewhere, so that nothing is added to the originals.")
    exit_code = ExitCode.USAGE


class FolderUnwritableError(RescueError):
    """The folder cannot be written."""

    message = N_("{path} could not be written ({reason}).")
    next_step = N_("Choose a folder on a disk with enough room that you may write to, then run the command again.")


def refuse_folder(to: Path, sources: Sequence[Path]) -> None:
    """Look whether a new folder may be made, before anybody waits for it.

    Args:
        to: where; not there yet, or an empty folder.
        sources: what is to be read.

    Raises:
        FolderTakenError, FolderWithinError, FolderUnwritableError: it may not.
    """
    try:
        if to.is_symlink() or (to.exists() and (not to.is_dir() or any(to.iterdir()))):
            raise FolderTakenError(path=readable(str(to)))
        if not to.absolute().parent.is_dir():
            raise FolderUnwritableError(path=readable(str(to)), reason=_("there is no such folder"))
        whole = to.resolve()
        if any(source.is_dir() and whole.is_relative_to(source.resolve()) for source in sources):
            raise FolderWithinError(path=readable(str(to)))
    except OSError as error:
        raise _unwritable(to, error) from error


@contextlib.contextmanager
def beside(to: Path) -> Iterator[Path]:
    """Yield a private folder beside the place of a new one; it is gone at the end, whatever is in it.

    Raises:
        FolderUnwritableError: it cannot be written; also for every OSError within the context.
    """
    whole = to.absolute()
    try:
        folder = Path(tempfile.mkdtemp(prefix=f".{whole.name[:80]}-", dir=whole.parent))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    except OSError as error:
        raise _unwritable(to, error) from error


@contextlib.contextmanager
def new_folder(to: Path) -> Iterator[Path]:
    """Yield a private folder that becomes the new one where the context ends well, and is gone where it does not.

    Raises:
        FolderUnwritableError: as `beside`.
    """
    with beside(to) as folder:
        yield folder
        if to.is_dir():
            to.rmdir()  # empty: `refuse_folder` looked
        os.replace(folder, to)


def _unwritable(to: Path, error: OSError) -> FolderUnwritableError:
    return FolderUnwritableError(path=readable(str(to)), reason=readable(error.strerror or str(error)))
