"""How do I prove it, and what may I demand? The cases of this computer, one of them, and what a person tells it."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import cases
from phoneward.cases import Case, CaseFacts, Glance, Role, telling
from phoneward.cases.letters import ROLE_WORDS
from phoneward.cases.letters.saying import moment_words, money, quantity
from phoneward.cases.statements import in_order
from phoneward.errors import PhonewardError, readable
from phoneward.incidents import INCIDENT_WORDS, Incident
from phoneward.snapshots import list_snapshots
from phoneward.texts import _, formats, words
from phoneward.web.addresses import address
from phoneward.web.cases import CASE, CASES, LETTERS, SCREENS, SEAL, checked, folder_of, make_case, open_case
from phoneward.web.errors import PageMissingError
from phoneward.web.page import context_of, form_of, page, say, see_other
from phoneward.web.security.forms import Form

MOST: Final = 50
LINES: Final = 200
"""Lines of the custody log that a page shows, the newest."""


def show(request: Request) -> Response:
    """Show the cases, and the form for a new one."""
    return _list(request)


def _list(request: Request, form: Form | None = None, error: PhonewardError | None = None) -> Response:
    context = context_of(request)
    known = [cases.glance(folder) for folder in cases.known_cases(context.settings.state_dir)[:MOST]]
    told = form or Form(())
    return page(
        request,
        "cases.html",
        title=_("Proof"),
        command=("phoneward", "case", "new", "FOLDER"),
        status=400 if error is not None else 200,
        sentence=str(cases.sentence(known)),
        cases=[_card(one) for one in known],
        incidents=[(one.value, _(INCIDENT_WORDS[one])) for one in Incident],
        incident=told.get("incident", ""),
        name=told.get("title", ""),
        happened=told.get("happened", ""),
        folder=told.get("folder", "")
        or str(Path.home() / f"phoneward-case-{dt.datetime.now().astimezone().date().isoformat()}"),
        error=error,
    )


def _suggested() -> Path:
    """Return a folder of the person's own for a new case."""
    return Path.home() / f"phoneward-case-{dt.datetime.now().astimezone().date().isoformat()}"


def _card(one: Glance) -> dict[str, object]:
    if not one.is_there:
        standing = _("It is not in its folder any more.")
    elif one.problems:
        standing = _("Its custody log is not as it was written.")
    elif not one.seals:
        standing = _("Not sealed yet.")
    elif one.since:
        standing = _("Changed since it was sealed.")
    else:
        standing = _("Sealed, with a time stamp.") if one.is_stamped else _("Sealed, without a time stamp.")
    return {
        "title": cases.called(one),
        "incident": _(INCIDENT_WORDS[one.facts.incident]) if one.facts else "",
        "day": formats.date(_noon(one.facts.happened)) if one.facts and one.facts.happened else "",
        "folder": readable(str(one.folder)),
        "standing": standing,
        "originals": one.originals,
        "href": address(CASE, case=cases.case_key(one.folder)) if one.is_there else "",
        "key": cases.case_key(one.folder),
    }


def _noon(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day, 12).astimezone()


def new(request: Request) -> Response:
    """Make a case."""
    form = form_of(request)
    folder = Path(form.get("folder", "").strip())
    try:
        if not folder.is_absolute():
            raise cases.NoFolderError
        facts = CaseFacts(title="x", incident=Incident(form.get("incident", "")))
        facts = telling.with_text(facts, "title", form.get("title", "") or folder.name)
        facts = telling.with_day(facts, "happened", form.get("happened", ""))
        key = make_case(context_of(request), folder, facts)
    except ValueError:
        raise PageMissingError from None
    except cases.CaseError as error:
        return _list(request, form, error)
    return see_other(address(CASE, case=key))


def one(request: Request) -> Response:
    """Show one case."""
    return _one(request, request.query_params.get("case", ""))


def _one(request: Request, key: str, error: PhonewardError | None = None) -> Response:
    context = context_of(request)
    case = open_case(context, key)
    seen = cases.glance(case.folder)
    facts, items = case.facts, case.items()
    numbers = {item.path: number for number, item in enumerate((i for i in items if i.is_original), 1)}
    folder = readable(str(case.folder))
    return page(
        request,
        "case.html",
        title=readable(facts.title),
        command=("phoneward", "case", "tell", folder),
        status=400 if error is not None else 200,
        crumbs=((CASES, _("Proof")),),
        error=error,
        key=key,
        folder=folder,
        standing=_card(seen)["standing"],
        is_sealed=seen.seals > 0,
        needs_seal=bool(seen.originals) and (not seen.seals or bool(seen.since)),
        facts=_facts(facts),
        missing=_missing(facts),
        timeline=[
            (
                moment_words(event.at),
                readable(event.what),
                _(ROLE_WORDS[event.who]) if event.who else "",
                _shown(event.evidence, event.shown_by, numbers),
                event.is_against,
            )
            for event in in_order(facts.events)
        ],
        parties=[
            (
                _(ROLE_WORDS[party.role]),
                ", ".join(readable(part) for part in (party.name, party.address, party.phone, party.email) if part),
                [readable(did) for did in party.did],
            )
            for party in facts.parties
        ],
        losses=[
            (
                readable(loss.what),
                str(cases.gone_words(loss) or quantity(loss)),
                readable(loss.meaning),
                "" if loss.cost is None else money(loss.cost, loss.currency),
            )
            for loss in facts.losses
        ],
        evidence=[
            (numbers[item.path], readable(item.path), formats.size(item.size), item.sha256, readable(item.note))
            for item in items
            if item.is_original
        ],
        documents=[(readable(item.path), formats.size(item.size)) for item in items if not item.is_original],
        log=[
            (str(line.seq), readable(line.time), readable(line.who), line.action.value, readable(line.note))
            for line in list(case.log())[-LINES:]
        ],
        roles=[(role.value, _(ROLE_WORDS[role])) for role in Role],
        happened=facts.happened.isoformat() if facts.happened else "",
        noticed=facts.noticed.isoformat() if facts.noticed else "",
        account=readable(facts.account),
        screens=address(SCREENS, case=key),
        letters=address(LETTERS, case=key),
        seal=address(SEAL, case=key),
        checked=checked(context, key),
    )


def _facts(facts: CaseFacts) -> list[tuple[str, str]]:
    device = facts.device
    pairs = [
        (_("The event"), _(INCIDENT_WORDS[facts.incident])),
        (_("Day"), formats.date(_noon(facts.happened)) if facts.happened else _("not told yet")),
        (_("Noticed"), formats.date(_noon(facts.noticed)) if facts.noticed else ""),
        (_("Phone"), readable(f"{device.maker} {device.model} {device.build}".strip())),
        (_("Account"), readable(facts.account)),
    ]
    pairs += [
        (_("App"), readable(f"{app.label or app.package} {app.version_before} → {app.version_after}"))
        for app in facts.apps
    ]
    return [(label, text) for label, text in pairs if text]


def _missing(facts: CaseFacts) -> list[str]:
    """Return what letters will miss most."""
    roles = {party.role for party in facts.parties}
    asked = [
        (facts.happened is None, _("the day it happened: which law applies depends on it")),
        (Role.CLAIMANT not in roles, _("your name, and how you can be reached")),
        (not roles - {Role.CLAIMANT}, _("who the other side is")),
        (not facts.losses, _("what was lost or seen by others, and what it means to you")),
        (not facts.events, _("what happened when")),
    ]
    return [text for is_missing, text in asked if is_missing]


def _shown(evidence: tuple[str, ...], shown_by: str, numbers: dict[str, int]) -> str:
    files = [_("No. {number}").format(number=numbers[path]) if path in numbers else readable(path) for path in evidence]
    if shown_by:
        files.append(_("snapshot {id}").format(id=shown_by[:12]))
    return ", ".join(files)


def tell(request: Request) -> Response:
    """Take in what a form of the case's page tells."""
    form = form_of(request)
    return _change(request, lambda case: case.set_facts(_told(case.facts, form)))


def _told(facts: CaseFacts, form: Form) -> CaseFacts:
    def said(name: str) -> str:
        return form.get(name, "").strip()

    match said("what"):
        case "matter":
            facts = telling.with_day(facts, "happened", said("happened"))
            facts = telling.with_day(facts, "noticed", said("noticed"))
            return telling.with_text(facts, "account", said("account"))
        case "party":
            fields = {name: said(name) for name in ("name", "address", "phone", "email", "did") if said(name)}
            return telling.with_party(facts, _role(said("role")), **fields)
        case "loss":
            return telling.with_loss(facts, said("lost"), meaning=said("meaning"), cost=said("cost"))
        case "event":
            who = _role(said("role")) if said("role") else None
            return telling.with_event(
                facts, said("day"), said("happening"), who=who, is_against=said("against") == "yes"
            )
        case "forget":
            return telling.without(facts, said("which"))
    raise PageMissingError


def _role(text: str) -> Role:
    try:
        return Role(text)
    except ValueError:
        raise PageMissingError from None


def note(request: Request) -> Response:
    """Write a note into the custody log."""
    form = form_of(request)
    return _change(request, lambda case: case.note(form.get("note", "")))


def add(request: Request) -> Response:
    """Copy a file or a folder of this computer into the case."""
    form = form_of(request)
    place = Path(form.get("file", "").strip())

    def put(case: Case) -> None:
        if not place.is_absolute():
            raise cases.NoFolderError
        case.add([place], form.get("note", "").strip())

    return _change(request, put)


def from_vault(request: Request) -> Response:
    """Have the snapshots tell what an app lost."""
    context, form = context_of(request), form_of(request)
    package = form.get("package", "").strip()
    with context.library.open() as opened:
        found = cases.breaks_of(opened.repo, list_snapshots(opened.repo), package)
    if not found:
        say(request, words("Your snapshots show no loss of {package}.", package=readable(package)[:200]))
        return see_other(address(CASE, case=form.get("case", "")))
    told = cases.told_by(found[-1])
    return _change(request, lambda case: case.set_facts(cases.with_told(case.facts, told)))


def _change(request: Request, change: Callable[[Case], object]) -> Response:
    key = form_of(request).get("case", "")
    try:
        change(open_case(context_of(request), key))
    except cases.CaseError as error:
        return _one(request, key, error)
    return see_other(address(CASE, case=key))


def forget(request: Request) -> Response:
    """Take a case off the list; its folder stays as it is."""
    context, form = context_of(request), form_of(request)
    cases.forget_case(context.settings.state_dir, folder_of(context, form.get("case", "")))
    return see_other(CASES)


ROUTES: Final = (
    Route(CASES, show),
    Route(f"{CASES}/new", new, methods=["POST"]),
    Route(CASE, one),
    Route(f"{CASE}/tell", tell, methods=["POST"]),
    Route(f"{CASE}/note", note, methods=["POST"]),
    Route(f"{CASE}/add", add, methods=["POST"]),
    Route(f"{CASE}/from-vault", from_vault, methods=["POST"]),
    Route(f"{CASE}/forget", forget, methods=["POST"]),
)
