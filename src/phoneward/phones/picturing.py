"""A phone on which a test picture can be put, shown and taken away again."""

import enum
from typing import Protocol


class Removal(enum.Enum):
    """What became of a file that was to be removed."""

    REMOVED = "removed"
    GONE = "gone"
    """Nothing was there any more."""
    DIFFERENT = "different"
    """Something else lies there now: it was left."""
    REFUSED = "refused"
    """It is still there: the phone did not remove it, or its content cannot be read."""


class PicturePhone(Protocol):
    """What a test picture needs beyond `WritablePhone`.

    Every implementation MUST remove nothing but a file whose whole content is the one that was named.
    """

    def screen_size(self) -> tuple[int, int] | None:
        """Return width and height of the screen in pixels, held upright; None where the phone does not tell."""

    def announce(self, path: bytes) -> bool | None:
        """Have the phone take a file that came, or went, into its list of pictures.

        Returns:
            Whether the list has it now; None where the phone does not tell.
        """

    def show(self, path: bytes, mime: str) -> bool:
        """Open a picture on the phone's screen; False where the phone did not say that it does."""

    def remove(self, path: bytes, size: int, sha256: bytes) -> Removal:
        """Remove a file if its content is this, and a link or folder never."""

    def remove_empty_folder(self, path: bytes) -> bool:
        """Remove a folder if it is empty; True where it is gone."""
