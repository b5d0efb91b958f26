"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.media.errors import MediaError, PicturesExtraMissingError, UnreadablePictureError
from phoneward.media.finding import find_pictures
from phoneward.media.headers import end_of, read_header
from phoneward.media.picture import Format, FoundPicture, Header
from phoneward.media.skipped import Reason, Skipped
from phoneward.media.verdict import Kind, Region, Verdict

__all__ = [
    "Format",
    "FoundPicture",
    "Header",
    "Kind",
    "MediaError",
    "PicturesExtraMissingError",
    "Reason",
    "Region",
    "Skipped",
    "UnreadablePictureError",
    "Verdict",
    "end_of",
    "find_pictures",
    "read_header",
]
