"""What text messages of all sources have in common: with whom a conversation is, and which message is which."""

import hashlib
import re
from collections.abc import Sequence
from typing import Final

_NUMBER: Final = re.compile(r"\+?[0-9][0-9 ()./-]{5,30}\Z")
_SAME_DIGITS: Final = 10
"""A number with and without the code of its country ends in the same: China's have eleven digits, America's ten."""


def conversation_key(addresses: Sequence[str]) -> str:
    """Return the key of a conversation with these numbers or names, the same for each way of writing a number."""
    return "~".join(sorted({_key(address) for address in addresses})) or "?"


def _key(address: str) -> str:
    address = address.strip()
    if not _NUMBER.match(address):
        return address.casefold()
    digits = re.sub("[^0-9]", "", address)
    return digits[-_SAME_DIGITS:] if len(digits) > _SAME_DIGITS else digits


def text_id(date: str, kind: str, body: str) -> str:
    """Return what tells a message from all others of its conversation, in every copy."""
    digest = hashlib.sha256(body.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{date}:{kind}:{digest[:24]}"
