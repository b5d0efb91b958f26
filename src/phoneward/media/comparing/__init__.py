"""Decode, hash and compare pictures: one pipeline everywhere. Needs the extra `watch`.

A perceptual hash only proposes; aligned tiles decide; a verdict names the size at which it was reached.
"""

from importlib.util import find_spec

from phoneward.media.errors import PicturesExtraMissingError

if not all(find_spec(part) for part in ("numpy", "cv2", "PIL", "pyspng", "simplejpeg", "threadpoolctl")):
    raise PicturesExtraMissingError

from phoneward.media.comparing.blackening import blackened
from phoneward.media.comparing.decoding import gray, shown
from phoneward.media.comparing.hashing import pdq
from phoneward.media.comparing.looking import Looker
from phoneward.media.comparing.matching import Match, Matcher
from phoneward.media.comparing.neighbours import Hashes, Pairs, near, nearest
from phoneward.media.comparing.prepared import Prepared
from phoneward.media.comparing.printing import print_of
from phoneward.media.comparing.prints import STRIP_WIDTH, Gray, Print
from phoneward.media.comparing.verifying import verify

__all__ = [
    "STRIP_WIDTH",
    "Gray",
    "Hashes",
    "Looker",
    "Match",
    "Matcher",
    "Pairs",
    "Prepared",
    "Print",
    "blackened",
    "gray",
    "near",
    "nearest",
    "pdq",
    "print_of",
    "shown",
    "verify",
]
