"""Copies of one's pictures are found among other pictures, and nothing else is."""

from collections.abc import Iterator

import pytest

from phoneward.media.comparing import Looker, Match, Matcher, Print
from tests.media import corpus
from tests.media.corpus import transforms


@pytest.fixture(scope="module")
def looker() -> Iterator[Looker]:
    with Looker() as one:
        yield one


def prints(looker: Looker, data: dict[str, bytes]) -> list[tuple[str, Print]]:
    return [(key, seen) for key, seen in looker.prints(data.items()) if isinstance(seen, Print)]


def matches(looker: Looker, originals: dict[str, bytes], suspects: dict[str, bytes]) -> list[Match[str]]:
    everything = originals | suspects
    with Matcher(prints(looker, originals), everything.__getitem__, looker) as matcher:
        return list(matcher.match(prints(looker, suspects)))


def test_copies_are_found_and_strangers_are_not(looker: Looker) -> None:
    """Of five pictures, the copies an app keeps are found and named; the other pictures in its folder are not."""
    pictures = {one.name: one for one in corpus.pictures()}
    photos = [one.name for one in corpus.pictures() if not one.is_screen]
    mine = ["bank-0-first", *photos[:3]]
    originals = {f"mine/{name}": pictures[name].data for name in mine}
    suspects = {
        f"app/{how}/{name}": transforms.ALL[how].copy(pictures[name].pixels()) for name in mine for how in ("half",)
    }
    suspects |= {f"app/{name}": pictures[name].data for name in photos[3:8]}
    suspects["app/same"] = pictures[mine[0]].data
    found = {match.suspect: match.original for match in matches(looker, originals, suspects)}
    assert found == {f"app/half/{name}": f"mine/{name}" for name in mine} | {"app/same": f"mine/{mine[0]}"}
