"""What can go wrong when pictures are written out."""

from phoneward.rescue.errors import RescueError
from phoneward.texts import N_


class PicturesSourceGoneError(RescueError):
    """What is named is not there."""

    message = N_("{path} cannot be looked through: {reason}.")
    next_step = N_("Check the name, and that the disk is attached and you may read it.")


class NoPicturesError(RescueError):
    """Nothing was found."""

    message = N_("No pictures were found, in {files}.")
    next_step = N_(
        "Pictures outlive in thumbnail databases (DCIM/.thumbnails) and in caches of apps (Android/data/…/cache). Copy "
        "those folders from the phone, with hidden files, and name them."
    )
