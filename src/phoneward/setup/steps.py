"""The steps of setting up, and how far a person is: values that a terminal and a page show alike."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from phoneward.errors import PhonewardError
from phoneward.phones import Guide
from phoneward.texts import N_, Words


class Step(enum.StrEnum):
    """One step; their order is the order in which they are done. The words never change."""

    PHONE = "phone"
    PLACE = "place"
    PASSWORD = "password"  # noqa: S105 - the step's name
    KIT = "kit"
    BACKUP = "backup"
    VERIFY = "verify"
    DEBUGGING = "debugging"


TITLES: Final[Mapping[Step, str]] = {
    Step.PHONE: N_("Connect the phone"),
    Step.PLACE: N_("Choose where the vault lies"),
    Step.PASSWORD: N_("Choose the password of the vault"),
    Step.KIT: N_("Print the recovery kit"),
    Step.BACKUP: N_("Take the first backup"),
    Step.VERIFY: N_("See that it can come back"),
    Step.DEBUGGING: N_("Switch USB debugging off"),
}


@dataclass(frozen=True, slots=True)
class StepView:
    """One step as it is shown.

    Attributes:
        sentences: how things stand, or what it is about.
        todo: what the person does; empty where there is nothing to do.
        is_done: seen to be done, not only remembered.
        done_when: when, where that is known.
        problem: what stands in the way now.
        guide: the menus of this phone; for connecting it, and for switching debugging off.
    """

    step: Step
    title: Words
    sentences: tuple[Words, ...]
    todo: tuple[Words, ...] = ()
    is_done: bool = False
    done_when: dt.datetime | None = None
    problem: PhonewardError | None = None
    guide: Guide | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a person is.

    Attributes:
        steps: all of them, in their order.
    """

    steps: tuple[StepView, ...]

    @property
    def current(self) -> StepView | None:
        """The first step that is not done; None where all are."""
        return next((view for view in self.steps if not view.is_done), None)

    def of(self, step: Step) -> StepView:
        """Return one step."""
        return next(view for view in self.steps if view.step is step)

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.current is None
