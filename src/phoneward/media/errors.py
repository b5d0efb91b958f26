"""What can go wrong with pictures."""

from phoneward.errors import PhonewardError
from phoneward.media.skipped import Reason
from phoneward.texts import N_


class MediaError(PhonewardError):
    """The family of the errors of looking at pictures."""


class PicturesExtraMissingError(MediaError):
    """numpy or OpenCV is not installed."""

    message = N_("Looking at pictures needs parts that are not installed.")
    next_step = N_("Install them with: pip install 'phoneward[watch]'")


class UnreadablePictureError(MediaError):
    """A picture is not decoded. `reason` says why."""

    message = N_("A picture could not be looked at: {reason}.")
    next_step = N_("It is left out; everything else goes on. Keep the file if it matters to you.")

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason=reason.words)
        self.reason = reason
