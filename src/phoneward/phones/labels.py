"""Names of phones, fit for the host name field of a snapshot and for `--host` on a command line."""

import re

from phoneward.errors import readable

MAX_LABEL = 64


def host_label(text: bytes | str, otherwise: str) -> str:
    """Return the phone's own name as one word: letters and digits of any script, `.`, `_` and `-`.

    Args:
        text: what the phone or the person calls it.
        otherwise: the label where nothing of it is left.
    """
    word = re.sub(r"[^\w.-]+", "-", readable(text[:400])).strip("-.")
    return word[:MAX_LABEL].rstrip("-.") or otherwise
