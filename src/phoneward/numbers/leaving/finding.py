"""Finds the account that a person means: by its key, its name in any language, another name, or a part of its name."""

import difflib
import re
from collections.abc import Sequence

from phoneward.errors import readable
from phoneward.numbers.account_words import account_name
from phoneward.numbers.errors import NoSuchAccountError, SeveralAccountsError
from phoneward.numbers.inventory import Account
from phoneward.numbers.rulebook import folded, rulebook
from phoneward.texts import enumeration

_NAMED = 5
_SHORTEST = 3
"""Letters of a part of a name, from the beginning of a word; one less in scripts without spaces."""


def account_meant(accounts: Sequence[Account], text: str) -> Account:
    """Return the account that a person means.

    Args:
        accounts: those there are.
        text: its key, one of its names, a product that it opens, or a part of its name that no other has.

    Raises:
        NoSuchAccountError: there is none.
        SeveralAccountsError: there are several.
    """
    by_key = {account.key: account for account in accounts}
    wanted = folded(text)
    system = rulebook().by_alias(text)
    for key in (text, system.id if system is not None else "", f"~{wanted}"):
        if key in by_key:
            return by_key[key]
    names = {account.key: {account.service, account_name(account), *_names(account)} for account in accounts}
    found = [by_key[key] for key, its in names.items() if any(_is_part(wanted, name) for name in its)]
    if len(found) == 1:
        return found[0]
    if found:
        raise SeveralAccountsError(
            account=readable(text[:60]), candidates=enumeration(account_name(one) for one in found[:_NAMED])
        )
    plain = {folded(name): key for key, its in names.items() for name in its}
    close = difflib.get_close_matches(wanted, plain, n=1)
    meant = by_key[plain[close[0]]] if close else None
    raise NoSuchAccountError(account=readable(text[:60]), meant=account_name(meant) if meant is not None else "")


def _is_part(wanted: str, name: str) -> bool:
    """Tell whether a folded text is a part by which a name can be meant: a slip of two letters marks no account."""
    if not wanted.isascii():
        return len(wanted) >= _SHORTEST - 1 and wanted in folded(name)
    begins = re.finditer(r"\b\w", name)
    return len(wanted) >= _SHORTEST and any(folded(name[begin.start() :]).startswith(wanted) for begin in begins)


def _names(account: Account) -> set[str]:
    system = rulebook().by_id(account.system or "")
    return set() if system is None else set(system.names.values())
