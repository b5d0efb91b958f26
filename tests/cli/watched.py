"""Has a run of the program write down every file it opens for writing, every address it calls, every program it starts.

The list is Python's own (PEP 578); it cannot be switched off from within.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.cli.program import SOURCE, Program

_HOOK: Final = """
import os, sys
_to = os.open(os.environ["WATCHED_TO"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
_writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
def _hook(event, args):
    if event == "open" and isinstance(args[2], int) and args[2] & _writing:
        told = ["write", os.fsdecode(args[0]) if isinstance(args[0], (str, bytes)) else repr(args[0])]
    elif event == "os.rename":
        told = ["write", os.fsdecode(args[1])]
    elif event == "socket.connect":
        told = ["connect", str(args[1])]
    elif event == "subprocess.Popen":
        told = ["start", os.fsdecode(args[0])]
    else:
        return
    import json
    os.write(_to, json.dumps(told).encode() + b"\\n")
sys.addaudithook(_hook)
"""


@dataclass(frozen=True, slots=True)
class Watched:
    """A program whose doings are written down in a file."""

    program: Program
    notes: Path

    def told(self, kind: str) -> list[str]:
        """Return what it did of one kind: `write`, `connect`, `start`."""
        lines = [json.loads(line) for line in self.notes.read_text().splitlines()]
        assert lines, "nothing was written down: the hook is not there"
        return [what for name, what in lines if name == kind]


def watched(program: Program, folder: Path) -> Watched:
    """Return the program with a hook, and where it writes what it does."""
    hooks = folder / "hooks"
    hooks.mkdir()
    (hooks / "sitecustomize.py").write_text(_HOOK)
    to = folder / "did.jsonl"
    return Watched(
        program.with_(PYTHONPATH=os.pathsep.join((str(hooks), str(SOURCE))), WATCHED_TO=str(to)),
        to,
    )
