"""Look at an app: what it could do, and what nobody could see of it."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from phoneward.apk import ApkError, AppSet, OpenedApk, Source, open_app
from phoneward.apk.declaring import Declaring
from phoneward.apk.dex import read_code
from phoneward.apk.manifest.declared import Component, Declared
from phoneward.errors import readable
from phoneward.texts import N_
from phoneward.watch.abilities.changes import change
from phoneward.watch.abilities.deciding import decide, wanted
from phoneward.watch.abilities.facts import Ability, AppAbilities, Open, Seen
from phoneward.watch.abilities.hidden import manifest_classes, packer_classes, unseen
from phoneward.watch.abilities.network import network_abilities, network_of
from phoneward.watch.abilities.owners import Owners, present
from phoneward.watch.abilities.permissions import picture_access
from phoneward.watch.abilities.rules import owner_rules
from phoneward.watch.abilities.said import compare
from phoneward.watch.abilities.trackers import TrackerList
from phoneward.watch.errors import WatchError


class NoMainFileError(WatchError):
    """Parts of an app without its main file."""

    message = N_("{file} holds only parts of an app: its main file is missing.")
    next_step = N_("Name all of the app's files together, or the folder or bundle that holds them.")


def look_at_app(
    app: AppSet | Sequence[Path | Source],
    *,
    trackers: TrackerList | None = None,
    says: tuple[str, str] | None = None,
    before: AppAbilities | None = None,
) -> AppAbilities:
    """Return what an app could do.

    Args:
        app: opened, or its files.
        trackers: a list of the person's own.
        says: name and words of a text of its publisher's (`read_text`), to be compared with.
        before: an earlier version, to be compared with.

    Raises:
        ApkError: it cannot be read, or Android would not open it.
        NoMainFileError: its main file is missing.
        AnotherAppError: `before` is another app.
        WorkerStartError: its code cannot be looked at safely on this computer.
    """
    if not isinstance(app, AppSet):
        with open_app(app) as opened:
            return look_at_app(opened, trackers=trackers, says=says, before=before)
    found = _look(app, trackers)
    if says is not None:
        found = replace(found, said=compare(found.abilities, says[1], readable(says[0])))
    return found if before is None else replace(found, change=change(before, found))


def _look(app: AppSet, trackers: TrackerList | None) -> AppAbilities:
    apks = [apk for apk in app.apks if isinstance(apk, OpenedApk)]
    base = next((apk for apk in apks if apk is app.base), None)
    if base is None:
        raise NoMainFileError(file=app.name)
    declaring = Declaring(base)
    declared = _joined(declaring.declared, [one for one in apks if one is not base])
    prefixes = [rule.prefix for rule in owner_rules()] + list(trackers.prefixes if trackers is not None else ())
    code = read_code(app, wanted(prefixes, [*manifest_classes(declared), *packer_classes()]))
    manifest = base.manifest
    network = network_of(declared, declaring.network(), manifest.target_sdk)
    abilities = [
        *picture_access(declared, manifest.target_sdk),
        *_with_services(decide(code, declared, Owners(manifest.package)), declaring, declared),
        *network_abilities(network, declared),
    ]
    abilities.sort(key=lambda one: (one.is_ordinary, -one.weight))
    return AppAbilities(
        name=app.name,
        package=manifest.package,
        label=readable(manifest.label),
        version_name=manifest.version_name,
        version_code=manifest.version_code,
        min_sdk=manifest.min_sdk,
        target_sdk=manifest.target_sdk,
        abilities=tuple(abilities),
        unseen=tuple(unseen(apks, declared, code, abilities)),
        services=present(code.prefixes),
        trackers=trackers.found(code.prefixes) if trackers is not None else None,
        open=_open(declared, manifest.target_sdk),
        network=network,
        permissions=tuple(one.name for one in declared.permissions),
        abis=tuple(sorted(frozenset[str]().union(*(apk.abis for apk in apks)))),
        dex_files=len(code.dex_files),
        classes=code.classes,
        methods=code.methods,
        calls=code.calls,
    )


def _joined(declared: Declared, parts: Sequence[OpenedApk]) -> Declared:
    """Return what base and parts declare together; a part that is damaged adds nothing."""
    components: list[Component] = list(declared.components)
    permissions = list(declared.permissions)
    for part in parts:
        try:
            more = Declaring(part).declared
        except ApkError:
            continue
        components += more.components
        permissions += [one for one in more.permissions if one.name not in {two.name for two in permissions}]
    return replace(declared, components=tuple(components), permissions=tuple(permissions))


def _with_services(abilities: Sequence[Ability], declaring: Declaring, declared: Declared) -> list[Ability]:
    """Add what accessibility services say of themselves: that they read the screen, or take pictures of it."""
    found = []
    services = [part for part in declared.components if part.permission.endswith("BIND_ACCESSIBILITY_SERVICE")]
    told = [declaring.accessibility(part) for part in services]
    takes = tuple(Seen("setting", "canTakeScreenshot", one.name) for one in told if one.takes_screenshots)
    reads = tuple(Seen("setting", "canRetrieveWindowContent", one.name) for one in told if one.reads_windows)
    for one in abilities:
        more = {"accessibility": reads, "accessibility-screenshots": takes}.get(one.code, ())
        found.append(replace(one, seen=one.seen + more, count=one.count + len(more)))
    return found


def _open(declared: Declared, target_sdk: int | None) -> tuple[Open, ...]:
    """Return the parts that any app may call; the ones that Android starts from the launcher are no news."""
    target = target_sdk if target_sdk is not None else 1 << 16
    found = []
    for part in declared.components:
        is_launcher = part.kind.startswith("activity") and "android.intent.action.MAIN" in part.actions
        if part.is_open(target) and not part.permission and not is_launcher:
            found.append(Open(part.kind, readable(part.name), part.grants))
        elif part.kind == "provider" and part.grants:
            found.append(Open(part.kind, readable(part.name), grants=True))
    return tuple(sorted(found, key=lambda one: (one.kind != "provider", one.kind, one.name)))
