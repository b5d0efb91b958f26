"""Fuzz target: recovering rows from a database of any bytes, with a log or a journal of any bytes beside it.

Seeds: made with the real SQLite: a database in pages of 512 bytes with two tables, one of them dropped, and deleted
rows; one in WAL mode, its log behind it. The first byte says how the input is split (see `one_input`).
"""

import sys

import atheris

with atheris.instrument_imports(include=["phoneward.rescue.sqlite"]):
    from phoneward.rescue.sqlite import Report, json_line, recover

import os
import tempfile
from pathlib import Path

from phoneward.errors import PhonewardError

FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-recover-"))
MOST = 64 << 10


def one_input(data: bytes) -> None:
    """What is found is a row that can be written down and lies in the file; nothing but our errors comes out."""
    if not data or len(data) > MOST:
        return
    # 0: a database alone; odd: so many sixteenths of it, the rest a log; even: the rest a journal.
    how, body = data[0] % 16, data[1:]
    cut = len(body) * how // 16 if how else len(body)
    path = FOLDER / "a.db"
    path.write_bytes(body[:cut])
    for end in ("-wal", "-journal"):
        beside = Path(f"{path}{end}")
        if how and (end == "-wal") == bool(how % 2):
            beside.write_bytes(body[cut:])
        elif beside.exists():
            os.unlink(beside)
    report = Report()
    try:
        for row in recover(path, report=report, at_least=0):
            if not 0 <= row.confidence <= 1 or not 0 <= row.offset < len(data) or row.page < 1:
                raise AssertionError("a row that lies nowhere")
            json_line(row)
    except PhonewardError:
        pass


def main() -> None:
    atheris.Setup(sys.argv, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
