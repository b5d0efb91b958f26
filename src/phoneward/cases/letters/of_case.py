"""The files of a case as a letter names them."""

from collections.abc import Iterable

from phoneward.cases.items import Item
from phoneward.cases.letters.model import Evidence


def evidence_of(items: Iterable[Item]) -> tuple[Evidence, ...]:
    """Return the originals among the files of a case, in the order in which they came."""
    return tuple(Evidence(path=one.path, sha256=one.sha256, what=one.note) for one in items if one.is_original)
