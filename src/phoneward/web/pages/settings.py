"""Language, where things are, what the vault keeps of what was decided, and this session."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward import __version__, snapshots
from phoneward.errors import PhonewardError
from phoneward.settings import NoRepositoryNamedError
from phoneward.systemkeyring import SystemKeyring, backend_words, safe_backend
from phoneward.texts import _, available_languages, words
from phoneward.web import language
from phoneward.web.kept import Kept, decided_id, kept
from phoneward.web.page import context_of, form_of, own_address, page, say, see_other, session_of

_YEAR_S: Final = 365 * 24 * 3600


def settings(request: Request) -> Response:
    """Show them."""
    context = context_of(request)
    found, trouble = _kept(request)
    return page(
        request,
        "settings.html",
        title=_("Settings"),
        place=_place(request),
        is_open=context.door.is_open,
        address=context.address,
        state_dir=str(context.settings.state_dir),
        cache_dir=str(context.settings.cache_dir),
        checks_peers=context.checks_peers,
        version=__version__,
        kept=found,
        kept_trouble=trouble,
        keyring=_keyring(request),
    )


def _place(request: Request) -> str | PhonewardError:
    try:
        return str(context_of(request).door.place())
    except NoRepositoryNamedError as error:
        return error


def _kept(request: Request) -> tuple[Kept | None, PhonewardError | None]:
    """Return what the vault keeps of what was decided, or why that cannot be told; neither where it is locked."""
    context = context_of(request)
    if not context.door.is_open:
        return None, None
    report = context.checkups.known()
    titles = {finding.key: str(finding.title) for finding in report.findings} if report is not None else {}
    try:
        with context.vault() as repo:
            return kept(snapshots.load_state(repo), titles), None
    except PhonewardError as error:
        return None, error


def _keyring(request: Request) -> tuple[bool, str, PhonewardError | None] | None:
    """Return whether the password is remembered, where that is, and why it cannot be; None where no vault is named."""
    context = context_of(request)
    try:
        remembered = SystemKeyring(context.settings.state_dir).is_remembered(context.door.place())
    except NoRepositoryNamedError:
        return None
    try:
        return remembered, str(backend_words(safe_backend())), None
    except PhonewardError as error:
        return remembered, "", error


def remember_password(request: Request) -> Response:
    """Store the vault's password in the keyring of this computer, once it was typed and opens the vault."""
    context, password = context_of(request), form_of(request).get("password", "")
    context.door.unlock(password)
    where = SystemKeyring(context.settings.state_dir).remember(context.door.place(), password)
    say(request, words("The password is kept in {keyring}.", keyring=where))
    return see_other("/settings#password")


def forget_password(request: Request) -> Response:
    """Remove it again."""
    context = context_of(request)
    SystemKeyring(context.settings.state_dir).forget(context.door.place())
    say(request, words("The keyring of this computer has the password no more."))
    return see_other("/settings#password")


def take_back(request: Request) -> Response:
    """Take a mark or a note back, also of a finding that no checkup finds any more."""
    context, form = context_of(request), form_of(request)
    with context.door.own() as own, own.lock(exclusive=False) as lock:
        keys = {decided_id(key): key for key in snapshots.load_state(own).decided()}
        key = keys.get(form.get("decided", ""))
        if key is not None:
            note = form.get("what") == "note"
            change = snapshots.write_note(key, "") if note else snapshots.mark_done(key, done=False)
            snapshots.change_state(own, lock, [change])
            say(request, words("It is taken back."))
    context.checkups.forget()
    return see_other("/settings#kept")


def choose_language(request: Request) -> Response:
    """Remember the language a person chose, in this browser, and go back to where they were."""
    form = form_of(request)
    answer = see_other(own_address(form.get("next", "/")))
    if form.get("language") in available_languages():
        answer.set_cookie(
            language.COOKIE, form["language"], max_age=_YEAR_S, path="/", httponly=True, samesite="strict"
        )
    return answer


def close_session(request: Request) -> Response:
    """Let this browser out."""
    context, session = context_of(request), session_of(request)
    if session is not None:
        context.sessions.close(session)
    request.scope["phoneward.session"] = None
    answer = page(request, "closed.html", title=_("Closed"))
    answer.delete_cookie(context.cookie, path="/", httponly=True, samesite="strict")
    return answer


ROUTES: Final = (
    Route("/settings", settings),
    Route("/settings/take-back", take_back, methods=["POST"]),
    Route("/settings/password/remember", remember_password, methods=["POST"]),
    Route("/settings/password/forget", forget_password, methods=["POST"]),
    Route("/language", choose_language, methods=["POST"]),
    Route("/session/close", close_session, methods=["POST"]),
)
