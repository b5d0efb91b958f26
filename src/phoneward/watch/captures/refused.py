"""What mitmproxy said of connections that an app refused: a flow file holds nothing of them.

The words are those of mitmproxy's `proxy/layers/tls.py` (versions 7 to 12) and `net/tls` before: "Client TLS handshake
failed. The client does not trust the proxy's certificate for HOST (…)".
"""

import re
from collections import Counter
from pathlib import Path
from typing import Final

from phoneward.errors import readable
from phoneward.texts import ngettext
from phoneward.watch.captures.errors import CaptureUnreadableError

_REFUSED: Final = re.compile(
    r"Client TLS handshake failed\. .{0,80}?(?:certificate for|consistently for) ([A-Za-z0-9_.:\[\]-]{1,253}?)[ ,]"
    r"|Cannot establish TLS with client \(sni: ([A-Za-z0-9_.-]{1,253})\)"
)
_LONGEST_LINE: Final = 4096
_MOST_HOSTS: Final = 1_000


def refused_connections(path: Path) -> dict[str, int]:
    """Return how many connections to each host an app refused, by what mitmproxy printed.

    Raises:
        CaptureUnreadableError: the file cannot be read.
    """
    found: Counter[str] = Counter()
    try:
        with path.open("rb") as file:
            while line := file.readline(_LONGEST_LINE):
                match = _REFUSED.search(line.decode("utf-8", "replace"))
                if match is not None and (len(found) < _MOST_HOSTS or (match[1] or match[2]) in found):
                    found[match[1] or match[2]] += 1
    except OSError as error:
        raise CaptureUnreadableError(
            file=readable(str(path)), problem=error.strerror or type(error).__name__
        ) from error
    return dict(found)


def refused_sentence(host: str, count: int) -> str:
    """Return what is said of the connections to a host that an app refused."""
    return ngettext(
        "{count} connection to {host} was refused by an app that does not trust the certificate: "
        "nothing of it was recorded.",
        "{count} connections to {host} were refused by an app that does not trust the certificate: "
        "nothing of them was recorded.",
        count,
    ).format(count=f"{count:,}", host=readable(host))
