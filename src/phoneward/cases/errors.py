"""What can go wrong in the room of cases."""

from phoneward.errors import ExitCode, PhonewardError, readable
from phoneward.texts import N_, Words, _


class CaseError(PhonewardError):
    """The family of the room's errors."""


class NotACaseError(CaseError):
    """There is no case in a folder."""

    message = N_("There is no case in {folder}.")
    next_step = N_("Make one with: phoneward case new FOLDER")


class CaseExistsError(CaseError):
    """A case should be made where something is."""

    message = N_("{folder} is there already and is not empty, so no case was made in it.")
    next_step = N_("Choose another name for the case's folder.")
    exit_code = ExitCode.USAGE


class CaseInUseError(CaseError):
    """Another program works on the case."""

    message = N_("Another program is working on the case in {folder}.")
    next_step = N_("Wait until it is done, then run the command again.")
    exit_code = ExitCode.LOCKED


class CaseDamagedError(CaseError):
    """The case's folder is not as Phoneward left it."""

    message = N_("The case in {folder} is not as Phoneward left it ({detail}).")
    next_step = N_("Nothing was changed. See what is wrong with: phoneward case verify FOLDER")


class CaseUnwritableError(CaseError):
    """Something cannot be written into the case."""

    message = N_("{path} could not be written ({detail}).")
    next_step = N_("The case is as it was before. Look whether the disk is full or write-protected, then try again.")


class FactsDamagedError(CaseError):
    """The file of facts cannot be understood."""

    message = N_("The facts of the case (data/case.json) cannot be understood ({detail}).")
    next_step = N_("Put back the file as it was in your last copy of the case.")


class EvidenceUnreadableError(CaseError):
    """A file that should be added cannot be read."""

    message = N_("{path} could not be read ({detail}), so nothing was added.")
    next_step = N_("Look whether the file is there and may be read, then try again.")


class EvidenceRefusedError(CaseError):
    """A file that should be added is no ordinary file."""

    message = N_("{path} is a link or no ordinary file, so nothing was added.")
    next_step = N_("Name the file itself that the link leads to.")
    exit_code = ExitCode.USAGE


class EvidenceInCaseError(CaseError):
    """A file that should be added lies in the case already."""

    message = N_("{path} lies in the folder of the case itself, so nothing was added.")
    next_step = N_("Name the files that should be added, not a folder that holds the case.")
    exit_code = ExitCode.USAGE


class NoSuchItemError(CaseError):
    """A file was named that the case does not have."""

    message = N_("The case has no file {path}.")
    next_step = N_("Name it as the case lists it, such as data/originals/photo.jpg.")
    exit_code = ExitCode.USAGE


class EvidenceChangedError(CaseError):
    """A file changed while it was copied."""

    message = N_("{path} changed while it was copied, so nothing was added.")
    next_step = N_("Close the programs that write to it, then try again.")


class EvidenceAlteredError(CaseError):
    """What lies in the case is not what its log says, so it cannot be sealed."""

    message = N_("The case was not sealed, since its folder is not as its custody log says: {detail}")
    next_step = N_(
        "Put the file back as it was, or take away what was not added with Phoneward. See all of it with: phoneward "
        "case verify FOLDER"
    )


class NotExportedError(CaseError):
    """A case is not as it was sealed, so it is not given away as if it were."""

    message = N_("Nothing was exported: the case is not sealed, or not as it was sealed. {detail}")
    next_step = N_("Seal it first: phoneward case seal FOLDER. What is wrong, says: phoneward case verify FOLDER")


class ExportTooLargeError(CaseError):
    """What should be one file is larger than it may be."""

    message = N_("The case takes {size} bytes, and one file may have {most}.")
    next_step = N_("Name a folder instead of a zip: the case is then written in several parts.")
    exit_code = ExitCode.USAGE


class OpenTimestampsMissingError(CaseError):
    """The program `ots` is not there, or failed."""

    message = N_("OpenTimestamps could not be asked: {detail}.")
    next_step = N_("Install its program (pipx install opentimestamps-client), or seal without --opentimestamps.")


class CaseTextError(CaseError):
    """A text for the custody log is empty or too long."""

    message = N_("A note has between 1 and {most} characters.")
    next_step = N_("Put a long text into a file and add that: phoneward case add FOLDER FILE")
    exit_code = ExitCode.USAGE


class NotAFingerprintError(CaseError):
    """A file is no fingerprint of a case."""

    message = N_("“{path}” is no fingerprint of a case ({reason}).")
    next_step = N_("Ask for the file that “phoneward case fingerprint” wrote.")
    exit_code = ExitCode.USAGE

    def __init__(self, *, path: str, reason: str) -> None:
        super().__init__(path=readable(path), reason=readable(reason)[:200])


class ScreenshotGoneError(CaseError):
    """A screenshot was listed and cannot be read."""

    message = N_("The screenshot “{name}” cannot be read any more.")
    next_step = N_("Look whether it is still on the phone, then list the screenshots again.")

    def __init__(self, *, name: str) -> None:
        super().__init__(name=readable(name))


class ScreenshotTooLargeError(CaseError):
    """A file that is called a screenshot is larger than any."""

    message = N_("“{name}” is too large for a screenshot.")
    next_step = N_("If you need it all the same, copy it to this computer and add it with “phoneward case add”.")

    def __init__(self, *, name: str) -> None:
        super().__init__(name=readable(name))


class NotToldError(CaseError):
    """What a person told cannot be put into the case's facts."""

    message = N_("“{text}” was not taken into the case: {why}.")
    next_step = N_("Nothing was changed. Write it again; “phoneward case tell FOLDER” shows what is there.")
    exit_code = ExitCode.USAGE

    def __init__(self, *, text: str, why: str) -> None:
        super().__init__(text=readable(text)[:200], why=why)

    def sentence(self) -> str:
        """What happened; the reason is in the reader's language too."""
        return _(self.message).format(text=self.details["text"], why=_(str(self.details["why"])))


class NoFolderError(CaseError):
    """A place on this computer is not named whole."""

    message = N_("A place on this computer is needed, with its whole name.")
    next_step = N_("Write it from its beginning, such as /home/you/case or C:\\Users\\you\\case.")
    exit_code = ExitCode.USAGE


class NotRedactableError(CaseError):
    """No copy with covered parts can be made of a file."""

    message = N_("No part of {path} could be covered: {reason}.")
    next_step = N_("Pictures and plain text can be covered. “phoneward case redact --help” shows how it is written.")
    exit_code = ExitCode.USAGE

    def __init__(self, *, path: str, reason: Words) -> None:
        super().__init__(path=readable(path)[:200], reason=reason)


class NothingRedactedError(CaseError):
    """Nothing of what was to be covered is in a file."""

    message = N_("Nothing was covered in {path}: what you named is not in it, so no copy was made.")
    next_step = N_("Look how it is written there, or where it lies in the picture, and try again.")
    exit_code = ExitCode.USAGE

    def __init__(self, *, path: str) -> None:
        super().__init__(path=readable(path)[:200])
