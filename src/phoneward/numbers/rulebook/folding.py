"""Folding: names are compared without what people and services write differently."""

import unicodedata


def folded(name: str) -> str:
    """Return a name as it is compared: NFKC, casefold, letters, marks and digits only.

    Traditional and simplified characters stay apart: an alias lists the one it wants, since one-to-one tables err.
    Where nothing would stay (a name of signs only) the answer is empty and fits nothing.
    """
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    if text.isalnum():
        return text
    return "".join(sign for sign in text if unicodedata.category(sign)[0] in "LMN")
