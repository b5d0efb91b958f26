"""What can go wrong when an update is looked at."""

from phoneward.errors import PhonewardError
from phoneward.texts import N_


class UpdateError(PhonewardError):
    """An update cannot be judged or installed. Base of all that this room raises."""

    message = N_("The update cannot be looked at.")
    next_step = N_("Get the file again from where the app's publisher offers it.")


class NoBaseError(UpdateError):
    """A file that was given as the installed app holds only parts of one."""

    message = N_("{file} holds only parts of an app; the main file is missing.")
    next_step = N_("Give the app's main file (base.apk) together with its parts.")
