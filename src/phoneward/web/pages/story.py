"""The demonstration as a story: what was done with the sample phone, each step with the page where it can be seen."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.demo import STEPS, Told
from phoneward.texts import N_, Words, _
from phoneward.web.errors import PageMissingError
from phoneward.web.page import context_of, page

LOOK: Final[Mapping[str, tuple[str, str]]] = {
    "vault": ("/vault", N_("See the vault")),
    "first-snapshot": ("/snapshots", N_("See the snapshots")),
    "coverage": ("/coverage", N_("See what would be lost")),
    "second-snapshot": ("/differences", N_("See what changed")),
    "check": ("/vault", N_("See when it was last checked")),
    "restore": ("/restore", N_("Try it yourself: bring something back")),
    "compare": ("/search?q=Ticket-Berlin", N_("Find the deleted download")),
}
"""Step → where on the page it can be seen, and what the link says."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """One step of the story.

    Attributes:
        title, link_label: marked with `N_`.
        href: where to look; empty where there is nothing to see.
    """

    title: str
    sentences: tuple[Words, ...]
    href: str = ""
    link_label: str = ""


def chapters(told: tuple[Told, ...]) -> list[Chapter]:
    """Return the steps that were told as chapters."""
    return [Chapter(STEPS[one.step], one.sentences, *LOOK.get(one.step, ("", ""))) for one in told]


def story(request: Request) -> Response:
    """Show the whole story; without a demonstration there is none."""
    told = context_of(request).story
    if not told:
        raise PageMissingError
    return page(
        request, "story.html", title=_("A phone, kept safe"), command=("phoneward", "demo"), chapters=chapters(told)
    )


ROUTES: Final = (Route("/story", story),)
