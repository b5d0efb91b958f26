"""The plan on paper, in large type, as HTML and PDF: account after account with a box to tick, a link and its QR code.

It needs nothing else: no script, no picture, and a policy that forbids them. Links are the rulebook's.
"""

from collections.abc import Iterable
from importlib.resources import files
from typing import Final

from markupsafe import Markup

from phoneward.errors import readable
from phoneward.numbers.leaving.general import (
    cut_loose,
    first_steps,
    first_steps_after,
    grace_words,
    intruders_words,
    not_undone,
)
from phoneward.numbers.leaving.planning import Group, Plan, Step
from phoneward.numbers.leaving.shown import shown_number
from phoneward.numbers.leaving.wording import (
    day_words,
    group_words,
    holds,
    left_words,
    opened_by,
    service_words,
    shown_by,
    standing_words,
    until_words,
    ways,
)
from phoneward.paper import make_pdf, standalone_page
from phoneward.texts import _, enumeration, words

MARK: Final = "Phoneward leaving plan"
"""In the page's `generator`: how an earlier plan is told from a file that must not be replaced."""
_PARTS: Final = "phoneward.numbers.leaving"


def html_plan(plan: Plan) -> bytes:
    """Return the plan as a page in the reader's language, UTF-8."""

    def drawn(link: str) -> Markup:
        return Markup(qr_code(link))  # noqa: S704 - drawn by segno, squares only

    return standalone_page(_PARTS, "plan.html", "plan.css", plan=view(plan), mark=MARK, drawn=drawn)


def pdf_plan(plan: Plan) -> bytes:
    """Return the plan as a PDF in the reader's language.

    Raises:
        PdfMissingError: typst is not installed.
        PdfNotMadeError: it failed.
    """
    data = view(plan)
    drawn = {step.link: qr_code(step.link) for step in map(_PaperStep, plan.steps) if step.link}
    return make_pdf(
        (files(_PARTS) / "templates" / "plan.typ").read_text("utf-8"), {**data, "mark": MARK, "drawn": drawn}
    )


def qr_code(link: str) -> str:
    """Return the QR code of an address as an SVG element."""
    import segno

    return str(segno.make_qr(link, error="m").svg_inline(border=4, light="#fff", omitsize=True, svgclass="qr"))


def view(plan: Plan) -> dict[str, object]:
    """Return what stands on the page; plain values."""
    number = shown_number(plan.number)
    given = words("Given up on {day}", day=day_words(plan.on))
    done = [str(service_words(step)) for step in plan.steps if not step.is_open]
    parts = []
    position = 0
    for group in Group:
        steps = []
        for step in plan.open_steps:
            if step.group is group:
                position += 1
                steps.append(_PaperStep(step).view(plan, position))
        if steps:
            title, about = group_words(group)
            parts.append({"title": str(title), "about": str(about), "steps": steps})
    return {
        "title": _("Leaving the number {number}").format(number=number),
        "about": str(given),
        "is_past": plan.is_past,
        "left": str(left_words(plan)),
        "done": _("Done already: {services}.").format(services=enumeration(done)) if done else "",
        "first_title": _("Before you begin"),
        "first": _texts(first_steps_after() if plan.is_past else first_steps()),
        "parts": parts,
        "final_title": _("What cannot be undone"),
        "final": _texts(not_undone()),
        "later_title": _("Afterwards"),
        "later": _texts([grace_words(plan), *([intruders_words(plan)] if plan.is_past else [])]),
        "private": _("This page names your accounts. Give it only to people who may know them."),
        "made": _("Made by Phoneward on {day}").format(day=day_words(plan.today)),
        "done_label": _("Done on:"),
    }


class _PaperStep:
    """A step in few words."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._way = ways(step)[0]
        self.link = self._way.link

    def view(self, plan: Plan, position: int) -> dict[str, object]:
        """Return what stands about it."""
        step = self._step
        note = standing_words(step)
        who = [said for said in (opened_by(step), holds(step)) if said is not None]
        sentences = _texts(cut_loose(step, plan)) if plan.is_past else list(self._way.sentences)
        return {
            "position": position,
            "name": str(service_words(step)),
            "until": str(until_words(step, plan)),
            "is_late": not plan.is_past and plan.is_late(step),
            "who": _texts(who),
            "doubt": str(shown_by(step)) if step.group is Group.MAYBE else "",
            "sentences": sentences,
            "link": readable(self.link),
            "unconfirmed": "" if self._way.is_confirmed or step.system is None else _("These steps are not confirmed."),
            "note": "" if note is None else str(note),
        }


def _texts(sentences: Iterable[object]) -> list[str]:
    return [str(sentence) for sentence in sentences]
