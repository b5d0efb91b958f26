"""What others may use of the package, loaded name by name (see `lazily`)."""

from phoneward.media.comparing.blackening import blackened
from phoneward.media.comparing.decoding import gray, shown
from phoneward.media.comparing.hashing import pdq
from phoneward.media.comparing.looking import Looker
from phoneward.media.comparing.matching import Match, Matcher, Promising
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
    "Promising",
    "blackened",
    "gray",
    "near",
    "nearest",
    "pdq",
    "print_of",
    "shown",
    "verify",
]
