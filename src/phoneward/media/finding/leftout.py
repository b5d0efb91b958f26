"""What was not looked at while pictures were searched for, named."""

import enum


class LeftOut(enum.StrEnum):
    """Why a part of a file was not looked at. The value is the name for programs."""

    FILM = "film"
    """Video and sound are not opened: what they hold is no file of a picture."""
    TOO_MANY_STARTS = "too-many-starts"
    """So many places look like the beginning of a picture and are none that the rest was not looked at."""
    TOO_MANY_PICTURES = "too-many-pictures"
    """It holds more pictures than are looked at in one file."""
    DATABASE_DAMAGED = "database-damaged"
    """A database contradicts itself; what could be read of it was looked at."""
    DATABASE_TOO_LARGE = "database-too-large"
    """A database has more pages or rows than are looked at."""
    ZIP_DAMAGED = "zip-damaged"
    """A zip, or a member of it, cannot be unpacked."""
    ZIP_ENCRYPTED = "zip-encrypted"
    """A member of a zip has a password."""
    ZIP_TOO_LARGE = "zip-too-large"
    """A zip unpacks to more than is looked at, or has too many members."""
