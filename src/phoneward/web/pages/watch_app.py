"""What could this app do with my pictures and my screen? An app is chosen, or its file, and looked at."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.errors import readable
from phoneward.findings import TIER_WORDS, Tier
from phoneward.texts import _, enumeration, labelled
from phoneward.watch.abilities import (
    ABOUT,
    PURPOSES,
    TOPICS,
    Ability,
    About,
    AppAbilities,
    Present,
    Said,
    ability_words,
    owners_words,
    seen_words,
)
from phoneward.web.page import context_of, form_of, page, see_other
from phoneward.web.watch import WATCH
from phoneward.web.watch_app import APP, PATIENCE_S, SEEN, LookedAt, begin_look, choices

if TYPE_CHECKING:
    from phoneward.web.security.uploads import Upload

MAX_SHOWN: Final = 8
"""Places that are shown of each ability, and open parts."""


def show(request: Request) -> Response:
    """Show the form."""
    context = context_of(request)
    with context.library.open() as opened:
        offered = choices(opened)
    return page(
        request,
        "watch_app.html",
        title=_("What an app could do"),
        command=("phoneward", "watch", "app", "PACKAGE"),
        crumbs=((WATCH, _("Pictures")),),
        choices=[("", _("I choose a file below")), *offered] if offered else [],
        last=context.answers.get(SEEN, LookedAt),
    )


def look(request: Request) -> Response:
    """Look at the app that the form names, or whose files came along."""
    context, form = context_of(request), form_of(request)
    upload: Upload = request.scope["phoneward.upload"]
    job = begin_look(context, upload, form.get("app", ""), form.get("says", "").strip())
    job.ended.wait(PATIENCE_S)
    return see_other(SEEN if job.outcome is not None else f"/jobs/{job.id}")


def seen(request: Request) -> Response:
    """Show what was found of the app that was looked at last."""
    last = context_of(request).answers.get(SEEN, LookedAt)
    if last is None:
        return see_other(APP)
    found = last.found
    name = readable(found.label or found.package)
    shown = [one for one in found.abilities if not one.is_ordinary]
    return page(
        request,
        "watch_app_seen.html",
        title=_("What {app} could do").format(app=name),
        command=last.command,
        crumbs=((WATCH, _("Pictures")), (APP, _("What an app could do"))),
        package=readable(found.package) if found.label else "",
        version=readable(found.version_name) or found.version_code,
        grave=[str(one.text) for one in found.unseen if one.is_grave],
        unseen=[_unseen(str(one.text), one.names) for one in found.unseen if not one.is_grave],
        said=None if found.said is None else _said(found.said),
        groups=[
            (_(ABOUT[about]), [_ability(one) for one in shown if one.about is about])
            for about in About
            if any(one.about is about for one in shown)
        ],
        ordinary=[_ability(one) for one in found.abilities if one.is_ordinary],
        services=[_service(one) for one in found.services if one.owner.purpose != "library"],
        open=_open(found),
        open_more=max(0, len(found.open) - MAX_SHOWN),
    )


def _ability(one: Ability) -> dict[str, object]:
    owners = owners_words(one)
    return {
        "sentence": str(ability_words(one)),
        "tier": "" if one.tier is Tier.OBSERVED else _(TIER_WORDS[one.tier]),
        "owners": "" if owners is None else str(owners),
        "seen": [str(seen_words(place)) for place in one.seen[:MAX_SHOWN]],
        "more": one.count - min(len(one.seen), MAX_SHOWN),
    }


def _unseen(sentence: str, names: Sequence[str]) -> tuple[str, str]:
    return sentence, enumeration(map(readable, names[:MAX_SHOWN]))


def _said(said: Said) -> dict[str, object]:
    return {
        "is_readable": said.is_readable,
        "unstated": [_(TOPICS[one.code]) for one in said.unstated],
        "stated": [(_(TOPICS[one.code]), readable(one.quote)) for one in said.stated],
    }


def _service(one: Present) -> str:
    name = one.owner.name if one.owner.is_confirmed else _("probably {name}").format(name=one.owner.name)
    return labelled(name, _(PURPOSES[one.owner.purpose]))


def _open(found: AppAbilities) -> list[str]:
    return [f"{one.kind} {readable(one.name)}" for one in found.open[:MAX_SHOWN]]


ROUTES: Final = (Route(APP, show), Route(SEEN, seen), Route(f"{APP}/look", look, methods=["POST"]))
