"""What an update newly could do: an app beside an earlier version of it."""

from phoneward.texts import N_
from phoneward.watch.abilities.facts import Ability, AppAbilities, Change
from phoneward.watch.errors import WatchError


class AnotherAppError(WatchError):
    """Two versions that are of two apps."""

    message = N_("{before} is of another app ({one}) than {after} ({other}).")
    next_step = N_("Name an earlier version of the same app.")


def change(before: AppAbilities, after: AppAbilities) -> Change:
    """Return what differs.

    Raises:
        AnotherAppError: they are two apps.
    """
    if before.package != after.package:
        raise AnotherAppError(before=before.name, after=after.name, one=before.package, other=after.package)
    had = {one.code: one for one in before.abilities}
    has = {one.code: one for one in after.abilities}
    known = {one.owner.name for one in before.services}
    return Change(
        version_name=before.version_name,
        version_code=before.version_code,
        new=tuple(one for one in after.abilities if _is_more(one, had.get(one.code))),
        gone=tuple(one for one in before.abilities if one.code not in has),
        permissions=tuple(one for one in after.permissions if one not in before.permissions),
        services=tuple(one for one in after.services if one.owner.name not in known),
    )


def _is_more(now: Ability, then: Ability | None) -> bool:
    """It was not there, or only by way of a library, or on fewer versions of Android."""
    if then is None:
        return True
    if then.is_ordinary and not now.is_ordinary:
        return True
    return _above(then.max_sdk) < _above(now.max_sdk) or (now.min_sdk or 0) < (then.min_sdk or 0)


def _above(sdk: int | None) -> int:
    return sdk if sdk is not None else 1 << 30
