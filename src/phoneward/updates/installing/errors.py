"""What can go wrong with an install."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class InstallingError(PhonewardError):
    """Base of the errors of installing."""


class InstallRunningError(InstallingError):
    """Another run installs on the same phone."""

    message = N_("Something is being installed on this phone already, in another window.")
    next_step = N_("Wait until that is done, then run the command again.")
    exit_code = ExitCode.LOCKED


class InstallNoteError(InstallingError):
    """What is about to be done cannot be written down, so it is not done."""

    message = N_("What is about to be done cannot be written down in {path}: {detail}. So nothing was done.")
    next_step = N_("Make room on this computer's disk, or set PHONEWARD_STATE_DIR to a folder that can be written to.")


class NotTheJudgedError(InstallingError):
    """The file on this computer is not the one that was judged any more."""

    message = N_(
        "{file} is not what it was when it was judged, so it was not installed. App and data are as they were."
    )
    next_step = N_("Something on this computer changes files. Get the update again, and run the command again.")


class AppChangedError(InstallingError):
    """The app on the phone is not the one any more that was judged against."""

    message = N_("{app} on the phone changed while this was prepared ({detail}), so nothing was installed.")
    next_step = N_("Perhaps a store updated it just now. Run the command again: it judges anew.")


class NoRoomForAppError(InstallingError):
    """It does not fit on the phone."""

    message = N_("The phone has too little room: about {needed} are needed to install this, {free} are free.")
    next_step = N_(
        "Free some room on the phone and run the command again. Do not uninstall the app: that deletes its data."
    )


class NoSavedAppError(InstallingError):
    """A snapshot holds no version of an app."""

    message = N_("Snapshot {snapshot} does not hold the app {package} itself.")
    next_step = N_("`phoneward snapshots` lists the others: name one with --snapshot.")


class TwiceError(InstallingError):
    """Two files are updates of the same app."""

    message = N_("{first} and {second} are both of the app {package}.")
    next_step = N_(
        "Name one of them, or, where they are parts of one app, the folder or bundle that holds them together."
    )
    exit_code = ExitCode.USAGE


class OddPartError(InstallingError):
    """A part of an app calls itself something that no part can be called."""

    message = N_("{file} holds a part that is called {part}, which no part of an app can be.")
    next_step = N_("Do not install it. Get the file again from where the app's publisher offers it.")
