"""What the commands about a case have in common."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from phoneward.cli.frame import Frame, argument, option
from phoneward.errors import readable
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from phoneward.cases import Case, Hand, Item

folder_argument = argument("folder", metavar="FOLDER", meaning=N_("The case's folder."))
who_option = option(
    "--who",
    metavar="NAME",
    help=N_("Who you are, for the custody log. Default: who you were last time, or your user name."),
)


def hand(who: str | None) -> "Hand":
    """Return whose hand works on the case, and by which command."""
    from phoneward.cases import Hand

    return Hand(who=readable(who or ""), command=typed_command())


def typed_command() -> str:
    """Return the command that runs, as it was typed, for the custody log."""
    return shlex.join(["phoneward", *(readable(word) for word in sys.argv[1:])])


def open_case(frame: Frame, folder: str, who: str | None) -> "Case":
    """Open a case, and say what an unfinished change of it was about."""
    from phoneward.cases import Case, note_case

    case = Case.open(Path(folder), hand(who))
    note_case(frame.settings.state_dir, case.folder)
    say_cleaned(frame, case)
    return case


def say_cleaned(frame: Frame, case: "Case") -> None:
    """Say what was cleaned up since the case was opened."""
    for name in case.cleaned:
        frame.output.say(
            _(
                "An earlier command was cut short before {name} was in the case. What it had begun was cleared away."
            ).format(name=name)
        )


def item_document(item: "Item") -> dict[str, object]:
    """Return a file of a case for JSON."""
    return {"path": item.path, "sha256": item.sha256, "size": item.size, "line": item.line, "time": item.time}
