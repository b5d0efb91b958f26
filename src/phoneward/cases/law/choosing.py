"""Which of the articles that may be cited a letter names: the few strongest, since nobody follows forty."""

import functools
import tomllib
from collections.abc import Iterable, Mapping
from importlib.resources import files
from typing import Final

import msgspec

from phoneward.cases.law.articles import Article, LawDefectError, Use, article
from phoneward.cases.law.citing import Citations

MOST: Final = 12
"""Articles in one letter."""
MOST_A_LAW: Final = 3
"""Articles of one law, where there is more than one law to choose from."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order: dict[Use, tuple[str, ...]]


@functools.cache
def strength() -> Mapping[Use, tuple[str, ...]]:
    """Return the ids of the articles for each use, the strongest first; the uses that matter most stand first.

    Raises:
        LawDefectError: our file is broken; a test reads it.
    """
    text = (files("phoneward.cases.law") / "strongest.toml").read_text("utf-8")
    try:
        order = msgspec.convert(tomllib.loads(text), _File).order
        for names in order.values():
            for name in names:
                article(name)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, KeyError) as error:
        raise LawDefectError(f"strongest.toml: {error}") from error
    return order


def strongest(found: Citations, uses: Iterable[Use]) -> tuple[Citations, tuple[Article, ...]]:
    """Return what a letter cites of what may be cited, and the others.

    Each use gets an article that serves it; then the next strongest of each are added, up to `MOST`.

    Args:
        found: what may be cited.
        uses: what for.
    """
    a_law = MOST_A_LAW if len({one.law for one in found.all}) > 1 else MOST
    known = {one.id: one for one in found.all}
    wanted = frozenset(uses)
    ranked = [
        (use, [known[name] for name in names if name in known]) for use, names in strength().items() if use in wanted
    ]
    chosen: list[Article] = []

    def add(one: Article) -> bool:
        if one in chosen or sum(other.law == one.law for other in chosen) >= a_law:
            return False
        chosen.append(one)
        return True

    for use, articles in ranked:
        if len(chosen) < MOST and not any(use in one.uses for one in chosen):
            others = [one for one in found.all if use in one.uses and one not in articles]
            for one in (*articles, *others):
                if add(one):
                    break
    for place in range(max((len(articles) for _use, articles in ranked), default=0)):
        for _use, articles in ranked:
            if len(chosen) < MOST and place < len(articles):
                add(articles[place])
    return (
        msgspec.structs.replace(
            found,
            of_event=tuple(one for one in found.of_event if one in chosen),
            of_request=tuple(one for one in found.of_request if one in chosen),
        ),
        tuple(one for one in found.all if one not in chosen),
    )
