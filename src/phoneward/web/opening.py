"""Opens the person's browser without showing the one-time link to anybody else.

A browser is started with its address on the command line, which every user of a computer can list. So it is given a
private file that leads on to the link (as Jupyter does).
"""

import contextlib
import os
import shutil
import tempfile
import threading
import webbrowser
from collections.abc import Iterator
from html import escape
from pathlib import Path

from phoneward.texts import _

_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
    '<meta http-equiv="refresh" content="0;url={link}"><title>Phoneward</title></head>'
    '<body><p><a href="{link}">{words}</a></p></body></html>'
)


@contextlib.contextmanager
def redirect_file(link: str) -> Iterator[Path]:
    """Yield a file that only this user can read and that leads a browser to a link; removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="phoneward-open-"))  # mode 0700; on Windows the folder is the user's own
    try:
        path = folder / "open.html"
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(_PAGE.format(link=escape(link), words=escape(_("Go on to Phoneward"))))
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def show(path: Path) -> None:
    """Open a file in the person's browser, beside what goes on: a browser in the terminal returns only at its end."""
    threading.Thread(target=webbrowser.open, args=(path.as_uri(),), daemon=True).start()
