"""What can go wrong in the room of rescue."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class RescueError(PhonewardError):
    """The family of the room's errors."""


class WhatHappenedError(RescueError):
    """Nobody said what happened, or in a word that is none."""

    message = N_("It was not said what happened.")
    next_step = N_("Add --what and one of these: {known}")
    exit_code = ExitCode.USAGE


class NotADayError(RescueError):
    """A day that cannot be read."""

    message = N_("{value} is no day.")
    next_step = N_("Write it as year, month and day, such as --when 2027-01-31.")
    exit_code = ExitCode.USAGE


class RemnantGoneError(RescueError):
    """What was found is not there any more, or another program changed it."""

    message = N_("{where} cannot be read: {detail}")
    next_step = N_("What was collected before it is kept. Look again: phoneward rescue")


class NoCaseFolderError(RescueError):
    """Nobody said into which folder."""

    message = N_("It was not said into which folder.")
    next_step = N_("Write a folder with its whole path, such as the one that stood there.")
    exit_code = ExitCode.USAGE
