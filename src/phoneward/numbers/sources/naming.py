"""Names of accounts: the key under which a person's marks are kept, and a name that does no harm where it is shown."""

import re
from typing import Final

from phoneward.errors import readable
from phoneward.numbers.rulebook import folded

MAX_NAME: Final = 80
UNKNOWN: Final = "~"
_CODE: Final = re.compile(
    r"[0-9 -]{4,}|(?=(?:.*[0-9]){2})[A-Z0-9-]{4,12}|(?=(?:.*[0-9]){2})(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9+/_-]{4,24}"
)
_FORMULA: Final = "=+-@\t\r\n \u3000|%"
"""With these a cell begins that a spreadsheet would carry out."""


def is_like_a_code(name: str) -> bool:
    """Tell whether a name that nobody knows could be a code: digits among capitals, or among letters of both kinds.

    A recogniser that errs must not put a code into what is kept. A service that is really called so is not listed.
    """
    return _CODE.fullmatch(name.strip()) is not None


def account_key(system: str | None, service: str) -> str:
    """Return the key of an account: the system's id, or `~` and the folded name of a service without one.

    It is `~` alone where the name has neither letters nor digits: that is no service.
    """
    return system if system is not None else UNKNOWN + folded(service[:MAX_NAME])


def safe_name(name: str) -> str:
    """Return a name on one line, bounded, that no spreadsheet takes for a formula."""
    return readable(" ".join(name[: 4 * MAX_NAME].split())).lstrip(_FORMULA)[:MAX_NAME].rstrip()
