"""Where words go: results to stdout, everything else to stderr; with `--json`, JSON lines on stdout and nothing else.

Colour and bars are only for terminals, and never the only carrier of a meaning. `NO_COLOR` is honoured (by rich,
https://no-color.org).
"""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from phoneward.cli import wrapping
from phoneward.cli.tables import written
from phoneward.errors import PhonewardError, readable

if TYPE_CHECKING:
    from rich.console import Console, RenderableType


@dataclass(frozen=True, slots=True)
class Output:
    """How this run talks.

    Attributes:
        json: JSON lines on stdout instead of sentences.
        quiet: no progress and no summaries; results that were asked for and errors remain.
        verbose: progress as JSON lines where `json`; Python's own words where something unexpected happens.
    """

    json: bool = False
    quiet: bool = False
    verbose: bool = False

    def emit(self, message_type: str, document: Mapping[str, object]) -> None:
        """Print one JSON line on stdout. ASCII only, so that no terminal and no code page can spoil it."""
        sys.stdout.write(json_line(message_type, document))
        if self.verbose:
            sys.stdout.flush()  # someone watches the progress

    def result(self, renderable: "RenderableType") -> None:
        """Show what was asked for, on stdout."""
        if not self.json:
            _show(sys.stdout, renderable)

    def summary(self, renderable: "RenderableType") -> None:
        """Show how it ended, on stdout; `--quiet` leaves it out."""
        if not self.quiet:
            self.result(renderable)

    def say(self, renderable: "RenderableType") -> None:
        """Show something beside the result, on stderr; not with `--quiet` or `--json`."""
        if not self.quiet and not self.json:
            _show(sys.stderr, renderable)

    def error(self, error: PhonewardError) -> None:
        """Show the error the program ends with, on stderr: two sentences, or one line of JSON."""
        self._complain("exit_error", error)

    def warn(self, error: PhonewardError) -> None:
        """Show an error the program goes on after, on stderr."""
        self._complain("error", error)

    def _complain(self, message_type: str, error: PhonewardError) -> None:
        from phoneward.cli.errors import as_document

        if self.json:
            document = as_document(error)
            if message_type == "error":
                document.pop("exit_code")  # the program ends with a code of its own
            sys.stderr.write(json_line(message_type, document))
        else:
            # `readable` a second time: an error that forgot it must not repaint the terminal either.
            sys.stderr.write(f"phoneward: {readable(error.sentence())}\n{readable(error.advice())}\n")
        sys.stderr.flush()

    @property
    def draws(self) -> bool:
        """Whether progress bars are drawn: for a person at a terminal only."""
        return not self.json and not self.quiet and sys.stderr.isatty()


def _show(stream: TextIO, renderable: "RenderableType") -> None:
    """Wrap sentences at words for a person; in a pipe a sentence is one line, so that it can be searched for."""
    if isinstance(renderable, str) and not stream.isatty():
        stream.write(renderable + "\n")
    else:
        shown = console(stream)
        rows = None if isinstance(renderable, str) else written(renderable, shown)
        if rows is not None:
            stream.write(rows)
            return
        shown.print(_fitted(renderable, shown.width) if isinstance(renderable, str) else renderable)


def _fitted(text: str, width: int) -> str:
    """Break a Chinese sentence where Chinese may be broken; rich knows only spaces. What it can do is left to it."""
    words = text.lstrip(" ")
    if words.isascii() or "  " in words or "\n" in words:  # two spaces belong to somebody's file name
        return text
    indent = text[: len(text) - len(words)]
    return "\n".join(indent + line for line in wrapping.wrap(words, max(20, width - len(indent))))


def json_line(message_type: str, document: Mapping[str, object]) -> str:
    """Return one line of JSON, its line end included; `message_type` stands first, as in restic's output."""
    return json.dumps({"message_type": message_type, **document}, separators=(",", ":")) + "\n"


def console(stream: TextIO) -> "Console":
    """Return a rich console that shows text as it is: no markup in file names, no guessing of colours."""
    from rich.console import Console

    return Console(file=stream, markup=False, highlight=False, emoji=False, soft_wrap=False)


def forgive_encodings() -> None:
    """Never fail for a character the terminal cannot show (a Windows code page, `LC_ALL=C`): print its number.

    Nor where there is no terminal at all: Windows' timer starts `pythonw`, which has no standard streams.
    """
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - as long as the program
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)  # absent where a test put its own stream
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
