"""1Password's export: `export.data` of a `.1pux` file.

Source: support.1password.com/1pux-format and bitwarden/clients, `onepassword-1pux-importer-types.ts`:
`{"accounts": [{"vaults": [{"items": [{"createdAt", "updatedAt", "categoryUuid", "overview": {"title", "url", "urls":
[{"url"}]}, "details": {"loginFields": [{"value", "designation": "username", "fieldType": "TEL"}]}}]}]}]}`. Earlier
versions wrap each item in `item`. Of the login fields only the value of a user name is decoded.
"""

from collections.abc import Iterator
from typing import Final

import msgspec

from phoneward.numbers.sources.passwords.entry import Entry, time_of

MEMBER: Final = "export.data"
_LOGINS: Final = frozenset({"001", "005", "105", "110", "111"})
"""Login, Password, Membership, Server, EmailAccount. Others are cards, papers, notes, keys."""


class _Url(msgspec.Struct):
    url: str | None = None


class _Overview(msgspec.Struct):
    title: str | None = None
    url: str | None = None
    urls: list[_Url] | None = None


class _Field(msgspec.Struct):
    value: msgspec.Raw = msgspec.Raw()
    designation: str | None = None
    fieldType: str | None = None  # noqa: N815 - the file's name


class _Details(msgspec.Struct):
    loginFields: list[_Field | None] | None = None  # noqa: N815


class _Item(msgspec.Struct):
    createdAt: int | None = None  # noqa: N815
    updatedAt: int | None = None  # noqa: N815
    categoryUuid: str = "001"  # noqa: N815
    overview: _Overview | None = None
    details: _Details | None = None
    item: "_Item | None" = None


class _Vault(msgspec.Struct):
    items: list[_Item] | None = None


class _Account(msgspec.Struct):
    vaults: list[_Vault] | None = None


class _Export(msgspec.Struct):
    accounts: list[_Account]


_decoder: Final = msgspec.json.Decoder(_Export)
_text: Final = msgspec.json.Decoder(str)


def entries(data: bytes) -> Iterator[Entry]:
    """Yield the logins of an export; first it is read to its end.

    Raises:
        ValueError: it is not whole, or something else. Its text may name what stands in the file: show it to nobody.
    """
    for account in _decoder.decode(data).accounts:
        for vault in account.vaults or ():
            for wrapped in vault.items or ():
                item = wrapped.item or wrapped
                if item.categoryUuid in _LOGINS and item.overview is not None:
                    yield _entry(item, item.overview)


def _entry(item: _Item, overview: _Overview) -> Entry:
    pages = dict.fromkeys(page for page in (overview.url, *(one.url for one in overview.urls or ())) if page)
    fields = () if item.details is None else item.details.loginFields or ()
    users = tuple(
        user
        for one in fields
        if one is not None and (one.designation == "username" or one.fieldType == "TEL")
        if (user := _user(one.value))
    )
    return Entry(overview.title or "", tuple(pages), users, time_of(item.updatedAt or item.createdAt))


def _user(value: msgspec.Raw) -> str:
    """Return a value that is a text; linked accounts are objects."""
    try:
        return _text.decode(value)
    except (msgspec.MsgspecError, UnicodeError):
        return ""
