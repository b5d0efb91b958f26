"""Bitwarden's JSON export.

Source: bitwarden/clients, libs/common/src/models/export/ (`cipher.export.ts`, `login.export.ts`,
`login-uri.export.ts`):
`{"encrypted": false, "items": [{"type": 1, "name", "login": {"uris": [{"uri"}], "username", "password", "totp"},
"creationDate", "revisionDate"}]}`; encrypted ones have `"encrypted": true` and, with a password of their own,
`"passwordProtected": true`. Fields that are not named here are never decoded.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from phoneward.numbers.sources.errors import EncryptedExportError
from phoneward.numbers.sources.passwords.entry import Entry, written_time

_LOGIN: Final = 1
"""`CipherType.Login`; others are notes, cards, identities, keys."""


class _Uri(msgspec.Struct):
    uri: str | None = None


class _Login(msgspec.Struct):
    uris: list[_Uri] | None = None
    username: str | None = None


class _Item(msgspec.Struct):
    type: int
    name: str | None = None
    login: _Login | None = None
    creationDate: str | None = None  # noqa: N815 - the file's name
    revisionDate: str | None = None  # noqa: N815


class _Export(msgspec.Struct):
    items: list[_Item] | None = None
    encrypted: bool = False
    data: msgspec.Raw = msgspec.Raw()


_decoder: Final = msgspec.json.Decoder(_Export)


def entries(data: bytes, name: str) -> Iterator[Entry]:
    """Yield the logins of an export; first it is read to its end.

    Raises:
        EncryptedExportError: only Bitwarden can open it.
        ValueError: it is not whole, or something else. Its text may name what stands in the file: show it to nobody.
    """
    export = _decoder.decode(data)
    if export.encrypted:
        raise EncryptedExportError(name=name)
    if export.items is None:
        raise ValueError("no items")
    for item in export.items:
        if item.type != _LOGIN or item.login is None:
            continue
        pages = tuple(one.uri for one in item.login.uris or () if one.uri)
        users = (item.login.username,) if item.login.username else ()
        yield Entry(item.name or "", pages, users, written_time(item.revisionDate or item.creationDate or ""))
