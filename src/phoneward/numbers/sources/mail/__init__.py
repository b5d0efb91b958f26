"""A mailbox: which services wrote to the owner of an account. Only the heads of letters are looked at."""

from phoneward.numbers.sources.mail.reading import read_mailbox

__all__ = ["read_mailbox"]
