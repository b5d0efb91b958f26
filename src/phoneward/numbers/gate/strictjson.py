"""JSON as the definitions mean it, and nothing that two readers could read differently."""

import json
from typing import NoReturn


class NotAnAnswerError(ValueError):
    """These bytes are no JSON object, or hold a name twice."""


def read_object(body: bytes) -> dict[str, object]:
    """Return the object that `body` is.

    Args:
        body: UTF-8, no byte order mark (RFC 8259, section 8.1); at most a few dozen kilobytes.

    Raises:
        NotAnAnswerError: anything else, also where a name stands twice in one object: which of the two counts, the
            RFC leaves open (section 4), and one of them may be the answer that opens an account.
    """
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise NotAnAnswerError from None
    if not isinstance(value, dict):
        raise NotAnAnswerError
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise NotAnAnswerError
    return names


def _no_constant(name: str) -> NoReturn:
    raise NotAnAnswerError(name)
