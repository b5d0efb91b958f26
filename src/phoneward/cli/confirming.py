"""Asks before something that cannot be undone, in the words of a risk text (docs/risk-texts.md)."""

import sys
from typing import TYPE_CHECKING

from phoneward.cli.errors import NotConfirmedError, NotWithoutYesError
from phoneward.texts import _

if TYPE_CHECKING:
    from phoneward.cli.frame import Frame
    from phoneward.risks import ShownRisk


def confirm(frame: "Frame", shown: "ShownRisk", *, yes: bool = False) -> None:
    """Show a risk text and ask the person at the terminal; Enter alone is the safe choice.

    Where nobody can be asked, or `--yes` was given, the command line itself is the decision and nothing is said.

    Args:
        frame: this run.
        shown: the text.
        yes: the person has said so already.

    Raises:
        NotConfirmedError: the person chose to be safe.
    """
    if yes or frame.output.json or not can_ask():
        return
    for line in (shown.title, shown.loss, shown.detail):
        if line:
            frame.output.say(line)
    if shown.typed:
        pattern = _("Enter: {safe}. Or type “{word}”: {go_on}. ")
        agreed = shown.is_confirmed(ask(pattern.format(safe=shown.safe, word=shown.typed, go_on=shown.go_on)))
    else:
        agreed = is_yes(ask(_("Enter: {safe}. Or type yes: {go_on}. ").format(safe=shown.safe, go_on=shown.go_on)))
    if not agreed:
        raise NotConfirmedError


def agree(frame: "Frame", question: str, *, yes: bool, replaces: int = 0) -> None:
    """Ask whether a plan that was shown shall be carried out.

    Where nobody can be asked, it is carried out only if nothing that is there would be replaced.

    Args:
        frame: this run.
        question: to be answered with yes.
        yes: the person has said so already.
        replaces: how many files that are there would be replaced.

    Raises:
        NotConfirmedError: the person said no.
        NotWithoutYesError: files would be replaced, and there is nobody to ask.
    """
    if yes:
        return
    if frame.output.json or not can_ask():
        if replaces:
            raise NotWithoutYesError(count=f"{replaces:,}")
        return
    if not is_yes(ask(question)):
        raise NotConfirmedError


def can_ask() -> bool:
    """Tell whether there is a person at the terminal."""
    return bool(sys.stdin) and sys.stdin.isatty()


def ask(question: str) -> str:
    """Ask on standard error, since standard output may be a pipe; returns what was typed, without blanks around it."""
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def is_yes(answer: str) -> bool:
    """Tell whether an answer is a yes, in English or the reader's language."""
    return answer.casefold() in {"yes", "y", _("yes").casefold()}
