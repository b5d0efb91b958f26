"""The passwords that open the vault: listed, added, changed, removed. None stands in an address, a log or an answer."""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from phoneward.errors import PhonewardError, readable
from phoneward.risks import REMOVE_PASSWORD, WEAK_PASSWORD
from phoneward.setup import Strength, judge, keep_keyring_right, take_back_printed
from phoneward.texts import _, formats, words
from phoneward.vault import FileId, KeyInfo, add_key, change_password, find_key, list_keys, remove_key
from phoneward.web import waiting
from phoneward.web.addresses import link
from phoneward.web.errors import PageMissingError
from phoneward.web.page import context_of, form_of, page, say, see_other

MAX_PASSWORD: Final = 1_000


def keys(request: Request) -> Response:
    """List them."""
    damaged: list[PhonewardError] = []
    with context_of(request).vault() as repo:
        found = list_keys(repo, on_damaged=lambda _name, error: damaged.append(error))
    return page(
        request,
        "keys.html",
        title=_("Passwords of the vault"),
        command=("phoneward", "key", "list"),
        crumbs=(("/vault", _("Your vault")),),
        rows=[_row(info) for info in found],
        damaged=damaged,
    )


def _row(info: KeyInfo) -> list[object]:
    made = formats.moment(info.created) if info.created else _("unknown")
    whose = _("{user} on {computer}").format(user=readable(info.username), computer=readable(info.hostname))
    state = _("in use now") if info.current else link(f"/vault/keys/{info.id}/remove", _("Remove …"))
    return [whose, made, state, info.id[:8]]


def ask_new(request: Request) -> Response:
    """Ask for a new password: beside the others, or in the place of the one in use."""
    return _ask_new(request, _how(request))


def _how(request: Request) -> str:
    how: str = request.path_params["how"]
    if how not in {"add", "change"}:
        raise PageMissingError
    return how


def _command(how: str) -> tuple[str, ...]:
    return ("phoneward", "key", "passwd" if how == "change" else "add")


def _crumbs() -> tuple[tuple[str, str], ...]:
    return (("/vault", _("Your vault")), ("/vault/keys", _("Passwords of the vault")))


def _ask_new(request: Request, how: str, error: str = "") -> Response:
    waiting.drop(request)
    is_change = how == "change"
    return page(
        request,
        "key_new.html",
        title=_("Change the password") if is_change else _("Add a password"),
        command=_command(how),
        crumbs=_crumbs(),
        status=400 if error else 200,
        is_change=is_change,
        action=f"/vault/keys/{how}",
        error=error,
    )


def new(request: Request) -> Response:
    """Take a new password."""
    form, how = form_of(request), _how(request)
    password, again = form.get("password", ""), form.get("again", "")
    if not password or len(password) > MAX_PASSWORD:
        return _ask_new(request, how, _("A password is needed, of at most {count} letters.").format(count=MAX_PASSWORD))
    if password != again:
        return _ask_new(request, how, _("The two were not the same. Type the password twice."))
    strength = judge(password)
    if strength.is_weak:
        return _weak_page(request, how, strength, waiting.hold(request, how, password))
    return _take(request, how, password)


def _weak_page(request: Request, how: str, strength: Strength, fields: dict[str, str]) -> Response:
    return page(
        request,
        "key_weak.html",
        title=_("A new password"),
        command=_command(how),
        crumbs=_crumbs(),
        status=400,
        shown=WEAK_PASSWORD.shown(),
        strength=strength,
        action=f"/vault/keys/{how}/anyway",
        safe=f"/vault/keys/{how}",
        fields=fields,
    )


def use_weak(request: Request) -> Response:
    """Take the weak password that waits in this session: the person has read what it means."""
    how = _how(request)
    password = waiting.release(request, how)
    return see_other(f"/vault/keys/{how}") if password is None else _take(request, how, password)


def _take(request: Request, how: str, password: str) -> Response:
    context = context_of(request)
    with context.door.own(load_index=False) as own:
        if how == "change":
            with own.lock(exclusive=True) as lock:
                change_password(own, password, lock)
                take_back_printed(own, lock)
        else:
            with own.lock(exclusive=False):
                add_key(own, password)
    if how == "change":
        keep_keyring_right(context.settings, context.door.place(), password)
        context.door.take(context.door.place(), own)  # it is open: whether others try passwords now does not matter
        say(
            request,
            words(
                "The password was changed: the old one opens nothing any more. Write the new one on your recovery kit."
            ),
        )
    else:
        say(request, words("The new password opens the vault, too."))
    return see_other("/vault/keys")


def ask_remove(request: Request) -> Response:
    """Say what removing one would mean."""
    with context_of(request).vault() as repo:
        name = find_key(repo, request.path_params["key"])
        info = next((info for info in list_keys(repo, on_damaged=lambda _name, _error: None) if info.id == name), None)
    return page(
        request,
        "risk.html",
        title=_("Remove a password"),
        command=("phoneward", "key", "remove", name[:8]),
        crumbs=_crumbs(),
        shown=REMOVE_PASSWORD.shown(),
        about=[(_("Which"), _row(info)[0] if info else name[:8]), (_("Made"), _row(info)[1] if info else _("unknown"))],
        action=f"/vault/keys/{name}/remove",
        safe="/vault/keys",
        fields={},
        error="",
    )


def remove(request: Request) -> Response:
    """Remove one."""
    with context_of(request).door.own(load_index=False) as own, own.lock(exclusive=True) as lock:
        remove_key(own, FileId(find_key(own, request.path_params["key"])), lock)
    context = context_of(request)
    keep_keyring_right(context.settings, context.door.place(), None)
    say(request, words("The password was removed: it does not open the vault any more."))
    return see_other("/vault/keys")


ROUTES: Final = (
    Route("/vault/keys", keys),
    Route("/vault/keys/{how}", ask_new),
    Route("/vault/keys/{how}", new, methods=["POST"]),
    Route("/vault/keys/{how}/anyway", use_weak, methods=["POST"]),
    Route("/vault/keys/{key}/remove", ask_remove),
    Route("/vault/keys/{key}/remove", remove, methods=["POST"]),
)
