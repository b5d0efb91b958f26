"""What the page refuses and what goes wrong on it, each with its words and its HTTP status."""

from typing import ClassVar

from phoneward.errors import PhonewardError
from phoneward.phones import PhoneGoneError
from phoneward.snapshots import BackupCutShortError, BackupStoppedError
from phoneward.texts import N_
from phoneward.vault import StorageError


class PageError(PhonewardError):
    """Base: something about the page itself."""

    status: ClassVar[int] = 500


class NoSessionError(PageError):
    """The browser has no session here."""

    message = N_("This browser has not been let in, or Phoneward was started anew since.")
    next_step = N_("Go to the window where Phoneward runs, press Ctrl-C, and type `phoneward open` again.")
    status = 401


class LinkUsedError(PageError):
    """The one-time link is wrong, used or too old."""

    message = N_("This link does not let anybody in any more: a link works once, and for ten minutes.")
    next_step = N_("Go to the window where Phoneward runs, press Ctrl-C, and type `phoneward open` again: a new one.")
    status = 403


class WrongHostError(PageError):
    """The request names another host than this computer (DNS rebinding)."""

    message = N_("The page was asked for under a name that is not its own, so nothing was shown.")
    next_step = N_("Type the address as Phoneward says it: it begins with http://127.0.0.1.")
    status = 421


class ForeignRequestError(PageError):
    """Another site sent a form here."""

    message = N_("Another website tried to send something here, so nothing was done.")
    next_step = N_("If it was you, go back to Phoneward's own page and do it there.")
    status = 403


class FormTooOldError(PageError):
    """The form carries no token of this session."""

    message = N_("This form was made before you were let in, so nothing was done.")
    next_step = N_("Load the page again, then repeat what you did.")
    status = 403


class MoveNotPlannedError(PageError):
    """The plan of a move is asked for, and none was made since the server was started."""

    message = N_("There is no plan of a move to a new phone any more.")
    next_step = N_("Choose the snapshot and the phone again: the plan is made anew, and goes on where the move was.")
    status = 404


class ForeignUserError(PageError):
    """The connection belongs to another user of this computer, or to nobody that can be told."""

    message = N_("Another user of this computer asked for this page, so nothing was shown.")
    next_step = N_("Open the page as the user who started Phoneward.")
    status = 403


class PageMissingError(PageError):
    """There is nothing at this address."""

    message = N_("There is no such page.")
    next_step = N_("Go to the first page and look from there.")
    status = 404


class PlanOutdatedError(PageError):
    """More would be removed now than the person was shown."""

    message = N_("The vault or the rules have changed since you looked, so nothing was removed.")
    next_step = N_("Look again what would go, then decide.")
    status = 409


class SecondPasswordWeakError(PageError):
    """A new second vault would have a password that is easily guessed."""

    message = N_("This password is easy to guess: {reason}")
    next_step = N_("Take the password of this vault, or one of several words that do not belong together.")
    status = 400


class MethodRefusedError(PageError):
    """The method is not one of this address."""

    message = N_("This page cannot be asked for in that way, so nothing was done.")
    next_step = N_("Go to the first page and look from there.")
    status = 405


class TooSlowError(PageError):
    """A form took too long to arrive."""

    message = N_("What you sent did not arrive in time, so nothing was done.")
    next_step = N_("Go back and try again.")
    status = 408


class FormTooLargeError(PageError):
    """A form is larger than any honest one."""

    message = N_("What you sent is too large for this page, so nothing was done.")
    next_step = N_("Go back and send less at once.")
    status = 413


class AddressTooLongError(PageError):
    """An address is longer than any honest one."""

    message = N_("This address is too long, so nothing was shown.")
    next_step = N_("Go to the first page and look from there.")
    status = 414


class HeadersTooLongError(PageError):
    """A browser sends more about itself and its cookies than any honest one."""

    message = N_("Your browser sent too many cookies along, so nothing was shown.")
    next_step = N_("Delete the cookies of 127.0.0.1 and localhost in your browser, then start `phoneward open` again.")
    status = 431


class FormUnreadableError(PageError):
    """A form is none of ours."""

    message = N_("What was sent here is not a form of this page, so nothing was done.")
    next_step = N_("Load the page again, then repeat what you did.")
    status = 415


class VaultShutError(PageError):
    """The vault needs its password first."""

    message = N_("The vault is locked.")
    next_step = N_("Type its password on the page, and you go on from here.")
    status = 403


class TriesTooFastError(PageError):
    """Too many wrong passwords."""

    message = N_("The last passwords were not right, so the next may be tried in {seconds} seconds.")
    next_step = N_("Wait that long, look at what you wrote down, and try again.")
    status = 429


class TryRunningError(PageError):
    """Another try of a password is still running."""

    message = N_("Another password is being tried at this moment.")
    next_step = N_("Wait a few seconds and try again.")
    status = 429


class JobUnknownError(PageError):
    """No such job is remembered."""

    message = N_("Nothing is known about this work: Phoneward remembers it only while it runs.")
    next_step = N_("Go to the first page: it shows what came of it.")
    status = 404


class JobStoppedError(PageError):
    """The person stopped a job, or the server ended."""

    message = N_("This was stopped before its end.")
    next_step = N_("Nothing is broken: start it again, and it goes on from what is already safe.")


class ServerBusyError(PageError):
    """The port is somebody else's."""

    message = N_("Port {port} of this computer is in use already.")
    next_step = N_("Leave --port out, and a free one is taken; or Phoneward's page is open in another window.")


class DiskRefusedError(PageError):
    """The operating system refused something that no room expected."""

    message = N_("The computer did not allow it: {detail}.")
    next_step = N_("Check that the disk is plugged in and has room, then load this page again.")


class PageFaultError(PageError):
    """A fault of the page's own."""

    message = N_("Phoneward made a mistake of its own.")
    next_step = N_(
        "What is in the vault is not harmed. Start it again as `phoneward open --verbose`, repeat what you did, and "
        "report what it prints."
    )


class RestoreUnknownError(PageError):
    """No such plan is remembered."""

    message = N_("Nothing is known about this restore: Phoneward remembers a plan only while it runs.")
    next_step = N_("Begin again with what you want back. What is on your disk already is left as it is.")
    status = 404


class NothingChosenError(PageError):
    """A form says nothing that could be restored."""

    message = N_("It was not said what shall be restored, so nothing was done.")
    next_step = N_("Choose a snapshot, then a folder or a file in it.")
    status = 404


class TargetRefusedError(PageError):
    """A folder cannot be restored into."""

    message = N_("“{folder}” cannot be used: {reason}")
    next_step = N_("Type another folder. It is made if it is missing.")
    status = 400


class BackupBrokenOffError(BackupCutShortError):
    """The connection broke in the middle of a backup that was started on the page."""

    next_step = N_("Plug the phone in again, unlock it, then press the button: it goes on where it stopped.")


class BackupHeldError(BackupStoppedError):
    """The person stopped a backup on the page."""

    next_step = N_("Press the button when you like: it goes on where it stopped.")


class PhoneLostError(PhoneGoneError):
    """The phone went away before anything came over."""

    next_step = N_("Plug the phone in again, unlock it, then press the button.")


class VaultUnreachableError(StorageError):
    """The vault's disk failed or went away under a job of the page."""

    message = N_("The vault cannot be reached at {path}: {detail}")
    next_step = N_("Plug its disk in again and wait until the computer shows it, then press the button.")


class ServerSilentError(StorageError):
    """The server of a vault elsewhere stopped answering under work of the page."""

    message = N_("There is no answer from {path}: {detail}")
    next_step = N_("Check your connection and whether the server runs, then try again: it goes on where it stopped.")


class PlaceNotWholeError(PageError):
    """A place for the vault that begins nowhere."""

    message = N_("“{path}” does not say on which disk it is.")
    next_step = N_("Type the whole place, such as {example}.")
    status = 400


class NoFileThereError(PageError):
    """A file that a person names is not on this computer."""

    message = N_("There is no such file on this computer: {path}")
    next_step = N_("Type its whole path, such as {example}.")
    status = 400


class PhoneNotReadyError(PageError):
    """A phone that was asked for is not ready any more."""

    message = N_("This phone is not ready any more.")
    next_step = N_("Plug it in, unlock it, and look again.")
    status = 409


class PairingUnknownError(PageError):
    """There is no QR code of this browser's."""

    message = N_("There is no code to be shown: it counts for two minutes and for this window alone.")
    next_step = N_("Press the button to have a new one made.")
    status = 404


class NoSuchMakerError(PageError):
    """An address names a kind of phones that is not known."""

    message = N_("This kind of phone is not known here.")
    next_step = N_("Choose one of the kinds that are shown.")
    status = 404


class SnapshotGoneError(PageError):
    """No snapshot has this ID (any more)."""

    message = N_("This snapshot is not in the vault: it was removed, or never was there.")
    next_step = N_("Look at the list of snapshots: it shows those that are there.")
    status = 404


class UploadTooLargeError(PageError):
    """The files are longer than are taken."""

    message = N_("These files are larger than is taken at once: {limit} at most.")
    next_step = N_("Look at them on the command line, where there is no such limit.")
    status = 413


class NoRoomForUploadError(PageError):
    """There is too little room on this computer's disk for the files."""

    message = N_("There is too little room on this computer's disk to look at these files, so nothing was kept.")
    next_step = N_("Free some room, or look at them on the command line.")
    status = 507


class UploadRunningError(PageError):
    """This browser sends files already."""

    message = N_("Files are being sent from this browser already.")
    next_step = N_("Wait until they are there, or close the other window, then try again.")
    status = 409


class NothingToLookAtError(PageError):
    """The form came without a file, and the app that it names is not offered."""

    message = N_("No app was chosen, and no file came along.")
    next_step = N_("Go back, choose an app or its file, then try again.")
    status = 400


class NothingToCheckError(PageError):
    """The form came without a file, or what to check it against is gone."""

    message = N_("No file came along, or the phone or snapshot to check it against is not there any more.")
    next_step = N_("Go back, choose the update's file and the phone, then try again.")
    status = 400
