"""The pause in which the person uses the app: at a terminal until they press Enter, else for some minutes."""

import time
from typing import TYPE_CHECKING

from phoneward.cli.confirming import ask, can_ask
from phoneward.cli.errors import CommandLineError
from phoneward.cli.frame import Frame
from phoneward.errors import readable
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from phoneward.watch import Put


class NobodyToAskError(CommandLineError):
    """There is no terminal, and nothing says how long to wait."""

    message = N_("Nobody can be asked when the app has been used.")
    next_step = N_("Add --wait MINUTES, and use the app in that time.")


def require(frame: Frame, wait: float | None) -> None:
    """Raise NobodyToAskError where nobody can be asked and no time was named."""
    if wait is None and (frame.output.json or not can_ask()):
        raise NobodyToAskError


def for_app(
    frame: Frame, there: "Put", app: str, wait: float | None, *, by_hand: bool, captures: "Sequence[Path]" = ()
) -> None:
    """Ask the person to use the app, and wait."""
    name = readable(app) if app else _("the app")
    frame.output.say(_("The test picture lies on the phone: {path}").format(path=readable(there.path)))
    if by_hand:
        frame.output.say(
            _(
                "It should be open on the phone's screen. Take a screenshot of it with the phone's own keys (mostly "
                "power and volume down together). Where the phone can split its screen, open {app} beside the picture "
                "first: then the app is told of the screenshot too."
            ).format(app=name)
        )
    frame.output.say(
        _(
            "Now open {app} on the phone and use it as you always do, for a minute or two. Do not open or send the "
            "test picture there yourself."
        ).format(app=name)
    )
    for path in captures:
        frame.output.say(_("Then stop the recording and save it as {path}.").format(path=readable(str(path))))
    wait_for_person(frame, wait)


def for_run(frame: Frame, app: str, wait: float | None, number: int, rounds: int, *, with_picture: bool) -> None:
    """Ask the person to do the step once, and wait."""
    say = (
        _("Run {number} of {rounds}, with the test picture on the phone: do the same again in {app}.")
        if with_picture
        else _("Run {number} of {rounds}, without the test picture: do the step in {app} that you want to test.")
    )
    frame.output.say(say.format(number=number, rounds=rounds, app=readable(app)))
    wait_for_person(frame, wait)


def wait_for_person(frame: Frame, wait: float | None) -> None:
    """Wait for Enter, or so many minutes."""
    if wait is None:
        ask(_("When you have, press Enter. "))
        return
    frame.output.say(_("It is looked for in {minutes} min.").format(minutes=f"{wait:g}"))
    time.sleep(wait * 60)
