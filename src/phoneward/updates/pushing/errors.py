"""What can go wrong for those who push updates."""

from phoneward.errors import ExitCode, PhonewardError
from phoneward.texts import N_


class RayMissingError(PhonewardError):
    """The catalogue shall run on Ray, which is not installed."""

    message = N_("Ray is not installed, so the catalogue cannot run on a cluster.")
    next_step = N_(
        "Install it with: pip install 'phoneward[cluster]'. Or leave --ray out: then all cores of this machine work."
    )
    exit_code = ExitCode.USAGE


class CatalogFolderError(PhonewardError):
    """The catalogue's folder cannot be listed."""

    message = N_("The folder {folder} cannot be listed: {problem}.")
    next_step = N_("Check the name of the folder and whether you may read it.")


class HistoryUnreadableError(PhonewardError):
    """A file of the signer history cannot be read or written."""

    message = N_("The history {file} cannot be used: {problem}.")
    next_step = N_("Check the name and whether you may read and write it. A run without it reads every file again.")


class StopListUnwritableError(PhonewardError):
    """The stop list cannot be written."""

    message = N_("The stop list {file} cannot be written: {problem}.")
    next_step = N_("Choose another place with --stop-list. What was found stands in the lines above.")


class DifferentAppsError(PhonewardError):
    """Old and new are two apps."""

    message = N_("These are two different apps: {old} and {new}.")
    next_step = N_("Name an old and a new version of the same app.")
    exit_code = ExitCode.USAGE


class NowhereInstalledError(PhonewardError):
    """No phone can have the old version, so there is nothing to compare with."""

    message = N_("No phone can have {file} installed, so nothing can be said of an update of it.")
    next_step = N_(
        "Name the version that people really have. `phoneward update inspect {file}` says what is wrong with it."
    )
