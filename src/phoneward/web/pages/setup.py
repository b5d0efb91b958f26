"""Set-up: what will happen, how far it is, and what all its pages have in common."""

from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.setup import TITLES, Progress, Step
from phoneward.texts import _
from phoneward.web.page import context_of, page, see_other

if TYPE_CHECKING:
    from phoneward.setup import StepView

COMMAND: Final = ("phoneward", "setup")
DONE: Final = "/setup/done"
STEPS: Final = tuple(Step)


def address_of(step: Step) -> str:
    """Return a step's page."""
    return f"/setup/{step.value}"


def after(step: Step) -> str:
    """Return the page that comes after a step's."""
    number = STEPS.index(step) + 1
    return address_of(STEPS[number]) if number < len(STEPS) else DONE


def before(step: Step) -> str:
    """Return the page that comes before a step's."""
    number = STEPS.index(step)
    return address_of(STEPS[number - 1]) if number else "/setup"


def step_page(request: Request, step: Step, template: str, *, status: int = 200, **details: object) -> Response:
    """Return a page of one step, with its number and the ways back and onward."""
    number = STEPS.index(step) + 1
    common: dict[str, object] = {
        "step": step,
        "step_words": _("Step {number} of {count}").format(number=number, count=len(STEPS)),
        "back": before(step),
        "onward": after(step),
    }
    return page(
        request,
        f"setup/{template}",
        title=_(TITLES[step]),
        command=COMMAND,
        status=status,
        crumbs=(("/setup", _("Set-up")),),
        **(common | details),
    )


def too_early(progress: Progress, step: Step) -> Response | None:
    """Return the way to the earlier step that has to be done first; None where there is none.

    The phone can wait until the backup. What is behind a person can always be looked at again.
    """
    needed = {
        Step.PASSWORD: (Step.PLACE,),
        Step.KIT: (Step.PLACE, Step.PASSWORD),
        Step.BACKUP: (Step.PLACE, Step.PASSWORD, Step.KIT),
        Step.VERIFY: (Step.PLACE, Step.PASSWORD, Step.KIT, Step.BACKUP),
    }.get(step, ())
    for earlier in needed:
        if not progress.of(earlier).is_done:
            return see_other(address_of(earlier))
    return None


def overview(request: Request) -> Response:
    """Show all steps and lead to the first that is not done."""
    context = context_of(request)
    attached = context.desk.attached()
    with context.desk.looking() as journey:
        progress = journey.progress(attached)
        current = progress.current
        if current is None:
            return see_other(DONE)
        return page(
            request,
            "setup/overview.html",
            title=_("Set up Phoneward"),
            command=COMMAND,
            steps=_rows(progress),
            current=address_of(current.step),
            is_begun=any(view.is_done for view in progress.steps),
            is_away=context.desk.is_away(journey),
            place=journey.place,
            is_far=journey.is_far,
        )


def _rows(progress: Progress) -> list[tuple["StepView", str, bool]]:
    """Return (step, address where it can be looked at, whether it is the next)."""
    current = progress.current
    return [
        (view, address_of(view.step) if view.is_done or view is current else "", view is current)
        for view in progress.steps
    ]


ROUTES: Final = (Route("/setup", overview),)
