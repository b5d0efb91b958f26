"""What can go wrong with a test picture."""

from phoneward.errors import ExitCode
from phoneward.texts import N_
from phoneward.watch.errors import WatchError


class CanaryRefusedError(WatchError):
    """The phone did not take the picture."""

    message = N_("The phone did not take the test picture ({path}: {detail}).")
    next_step = N_(
        "Unlock the phone, look whether it has free space, and try again. Or write the picture into a file "
        "(--no-phone FILE) and copy it to the phone yourself."
    )


class CanaryLeftError(WatchError):
    """The picture is still on the phone."""

    message = N_("The test picture is still on the phone: {path}.")
    next_step = N_("Run: phoneward watch canary finish. Or delete the picture on the phone; it holds nothing of yours.")


class AppNotThereError(WatchError):
    """No app of that name is installed."""

    message = N_("The app {package} is not installed on this phone.")
    next_step = N_("Look up its name: phoneward coverage lists all apps with their package names.")


class NotCountedError(WatchError):
    """The phone does not tell how much its apps send."""

    message = N_("This phone does not tell how much its apps send.")
    next_step = N_("Use a capture instead: phoneward watch capture --guide.")


class CanaryFileError(WatchError):
    """The picture cannot be written into a file."""

    message = N_("The test picture cannot be written to {path}: {detail}.")
    next_step = N_("Name a new file in a folder that you may write to, ending in .png or .jpg.")


class NothingThereError(WatchError):
    """What was named is not there."""

    message = N_("There is nothing at {path}.")
    next_step = N_("Check how its name is written.")
    exit_code = ExitCode.USAGE
