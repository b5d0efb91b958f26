"""Makes the folder of a new case: under another name first, so that it is there as a whole or not at all."""

import hashlib
import os
import secrets
import shutil
from pathlib import Path

from phoneward.cases.custody import LOG, START, Action, Filed, Hand, draft, encode_line, placed
from phoneward.cases.errors import CaseExistsError, CaseUnwritableError
from phoneward.cases.facts import CaseFacts, encode_facts
from phoneward.cases.logreading import FACTS
from phoneward.durable import sync_file, sync_folder
from phoneward.errors import readable


def make_case(folder: Path, facts: CaseFacts, hand: Hand) -> None:
    """Make a case's folder with its facts and the first line of its log.

    Raises:
        CaseExistsError: something is there.
        CaseUnwritableError: it cannot be made.
    """
    made = folder.with_name(f".{folder.name[:100]}.phoneward-new-{secrets.token_hex(6)}")
    try:
        if os.path.lexists(folder) and (folder.is_symlink() or not folder.is_dir() or any(folder.iterdir())):
            raise CaseExistsError(folder=readable(str(folder)))
        (made / "data").mkdir(mode=0o700, parents=True)
        try:
            _write(made, facts, hand)
            if folder.exists():
                folder.rmdir()  # Windows renames onto nothing
            os.rename(made, folder)
            sync_folder(folder.absolute().parent)
        finally:
            if made.exists():
                shutil.rmtree(made, ignore_errors=True)
    except OSError as error:
        detail = readable(error.strerror or str(error))
        raise CaseUnwritableError(path=readable(str(folder)), detail=detail) from error


def _write(made: Path, facts: CaseFacts, hand: Hand) -> None:
    """Write what is in it; it is on the disk before the folder gets its name."""
    data = encode_facts(facts)
    filed = Filed(path=FACTS, sha256=hashlib.sha256(data).hexdigest(), size=len(data))
    line = placed(draft(Action.NEW, files=(filed,)), None, START, hand, facts.device)
    for path, content in ((FACTS, data), (LOG, encode_line(line))):
        with (made / path).open("xb") as stream:
            stream.write(content)
            stream.flush()
            sync_file(stream.fileno())
    sync_folder(made / "data")
