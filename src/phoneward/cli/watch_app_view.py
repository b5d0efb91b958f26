"""What `phoneward watch app` says of an app: for a person, and as JSON."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from phoneward.errors import readable
from phoneward.findings import TIER_WORDS, Tier
from phoneward.texts import _, enumeration, labelled, ngettext

if TYPE_CHECKING:
    from phoneward.apk.dex import CallSite
    from phoneward.cli.output import Output
    from phoneward.watch.abilities import Ability, AppAbilities, Change, Owner, Said, Seen, Topic

_MAX_SHOWN = 8
"""Places that are shown of each ability, and open parts."""


def show(output: "Output", found: "AppAbilities", *, details: bool) -> None:
    """Say what cannot be seen first, then what matters, then what it is compared with."""
    for line in _lines(found, details=details):
        output.result(line)


def _lines(found: "AppAbilities", *, details: bool) -> Iterator[str]:
    name = f"{found.label} ({found.package})" if found.label else found.package
    yield _("{app}, version {version}: what it could do, by its own file").format(
        app=readable(name), version=readable(found.version_name) or found.version_code
    )
    for one in found.unseen:
        if one.is_grave:
            yield _("Cannot see: {what}").format(what=one.text)
    if found.change is not None:
        yield from _of_change(found.change, details=details)
    if found.said is not None:
        yield from _of_text(found.said)
    yield from _of_abilities(found, details=details)
    yield from _of_services(found)
    if details:
        yield from _of_open_parts(found)
    yield ""
    yield from _limits(found, details=details)


def _of_abilities(found: "AppAbilities", *, details: bool) -> Iterator[str]:
    from phoneward.watch.abilities import ABOUT, About

    shown = [one for one in found.abilities if details or not one.is_ordinary]
    if not shown:
        yield _("Nothing of what is looked for was found.")
    for about in About:
        own = [one for one in shown if one.about is about]
        if own:
            yield ""
            yield _(ABOUT[about])
        for one in own:
            yield from _of_ability(one, details=details)
    left = len(found.abilities) - len(shown)
    if left:
        yield ""
        yield ngettext(
            "And one thing that most apps do (--details).", "And {count} things that most apps do (--details).", left
        ).format(count=left)


def _of_ability(one: "Ability", *, details: bool) -> Iterator[str]:
    from phoneward.watch.abilities import ability_words, owners_words, seen_words

    sentence = str(ability_words(one))
    yield f"  {sentence}" if one.tier is Tier.OBSERVED else f"  {sentence} [{_(TIER_WORDS[one.tier])}]"
    owners = owners_words(one)
    if owners is not None:
        yield "    " + labelled(_("whose code"), str(owners))
    if details:
        for seen in one.seen[:_MAX_SHOWN]:
            yield f"    {seen_words(seen)}"
        more = one.count - min(len(one.seen), _MAX_SHOWN)
        if more > 0:
            yield "    " + ngettext("and in one more place", "and in {count} more places", more).format(count=more)


def _of_change(change: "Change", *, details: bool) -> Iterator[str]:
    from phoneward.watch.abilities import ability_words

    yield ""
    version = readable(change.version_name) or change.version_code
    new = [one for one in change.new if not one.is_ordinary]
    if not new and not change.permissions and not change.services:
        yield _("Nothing of this is new since version {version}.").format(version=version)
        return
    yield _("New since version {version}").format(version=version)
    for one in new:
        yield f"  {ability_words(one)}"
    if change.permissions and details:
        yield "  " + labelled(_("asks for"), enumeration(map(readable, change.permissions)))
    elif change.permissions:
        count = len(change.permissions)
        yield "  " + ngettext(
            "It asks for one more permission (--details).", "It asks for {count} more permissions (--details).", count
        ).format(count=count)
    if change.services:
        yield "  " + labelled(_("brings along"), enumeration(one.owner.name for one in change.services))


def _of_text(said: "Said") -> Iterator[str]:
    yield ""
    name = readable(said.name)
    if not said.is_readable:
        yield _("{text} could not be compared: it is too short, or neither English nor Chinese.").format(text=name)
        return
    if said.unstated:
        yield _("In the app, and not in {text}").format(text=name)
    else:
        yield _(
            "{text} speaks of everything that is looked for here. Whether it tells the truth, nobody can see."
        ).format(text=name)
    for one in said.unstated:
        yield f"  {_topic(one)}"
    if said.stated:
        yield _("In the app, and spoken of; read yourself what it says")
    for one in said.stated:
        yield f"  {labelled(_topic(one), f'“{readable(one.quote)}”')}"


def _topic(topic: "Topic") -> str:
    from phoneward.watch.abilities import TOPICS

    return _(TOPICS[topic.code])


def _of_services(found: "AppAbilities") -> Iterator[str]:
    from phoneward.watch.abilities import PURPOSES

    services = [one for one in found.services if one.owner.purpose != "library"]
    if services:
        yield ""
        yield _("Services of others whose code it brings along (that it uses them is not told)")
    for one in services:
        purpose = _(PURPOSES[one.owner.purpose])
        name = one.owner.name if one.owner.is_confirmed else _("probably {name}").format(name=one.owner.name)
        yield f"  {labelled(name, purpose)}"
    if found.trackers is not None:
        names = enumeration(readable(one.name) for one in found.trackers)
        yield ""
        yield labelled(_("Trackers on your list"), names or _("none"))


def _of_open_parts(found: "AppAbilities") -> Iterator[str]:
    if found.open:
        yield ""
        yield _("Parts that any other app may call, or that hand out files")
    for one in found.open[:_MAX_SHOWN]:
        yield f"  {one.kind} {readable(one.name)}"
    more = len(found.open) - _MAX_SHOWN
    if more > 0:
        yield "  " + ngettext("and one more", "and {count} more", more).format(count=more)


def _limits(found: "AppAbilities", *, details: bool) -> Iterator[str]:
    for one in found.unseen:
        if not one.is_grave:
            yield _("Not seen: {what}").format(what=one.text)
        if details and one.names:
            yield f"  {enumeration(one.names[:_MAX_SHOWN])}"
    yield _("This is what the app could do. Whether it does it, only watching it shows: phoneward watch canary.")


def document(found: "AppAbilities") -> dict[str, object]:
    """Return the line for JSON."""
    said, change = found.said, found.change
    return {
        "file": found.name,
        "package": readable(found.package),
        "label": found.label,
        "version_name": readable(found.version_name),
        "version_code": found.version_code,
        "min_sdk": found.min_sdk,
        "target_sdk": found.target_sdk,
        "hidden": found.is_hidden,
        "abilities": [_ability_document(one) for one in found.abilities],
        "unseen": [
            {"code": one.code, "text": str(one.text), "grave": one.is_grave, "names": list(one.names)}
            for one in found.unseen
        ],
        "services": [_owner_document(one.owner) | {"example": readable(one.example)} for one in found.services],
        "trackers": None
        if found.trackers is None
        else [{"name": readable(one.name), "example": readable(one.example)} for one in found.trackers],
        "open": [{"kind": one.kind, "name": one.name, "hands_out_files": one.grants} for one in found.open],
        "network": {
            "cleartext": found.network.cleartext,
            "cleartext_hosts": found.network.cleartext_hosts,
            "trusts_user_certificates": found.network.trusts_user,
            "pinned": found.network.pinned,
            "told": found.network.is_told,
        },
        "permissions": [readable(one) for one in found.permissions],
        "abis": list(found.abis),
        "code": {"dex_files": found.dex_files, "classes": found.classes, "methods": found.methods},
        "calls": [_call_document(one) for one in found.calls],
        "said": None if said is None else _said_document(said),
        "change": None if change is None else _change_document(change),
    }


def _call_document(one: "CallSite") -> dict[str, object]:
    return {
        "target": f"{one.target.owner}.{one.target.name}",
        "receiver": readable(one.receiver),
        "class": readable(one.class_name),
        "method": readable(one.method),
        "prototype": readable(one.prototype),
        "at": one.at,
        "dex": one.dex,
        "apk": one.apk,
    }


def _ability_document(one: "Ability") -> dict[str, object]:
    from phoneward.watch.abilities import ability_words

    return {
        "code": one.code,
        "text": str(ability_words(one)),
        "about": one.about.value,
        "weight": one.weight,
        "tier": one.tier.value,
        "ordinary": one.is_ordinary,
        "min_sdk": one.min_sdk,
        "max_sdk": one.max_sdk,
        "count": one.count,
        "seen": [_seen_document(seen) for seen in one.seen],
        "source": one.source,
    }


def _seen_document(seen: "Seen") -> dict[str, object]:
    return {
        "kind": seen.kind,
        "what": readable(seen.what),
        "class": readable(seen.class_name),
        "method": readable(seen.method),
        "dex": seen.dex,
        "owner": None if seen.owner is None else _owner_document(seen.owner),
    }


def _owner_document(owner: "Owner") -> dict[str, object]:
    return {
        "whose": owner.whose.value,
        "name": readable(owner.name),
        "maker": owner.maker,
        "purpose": owner.purpose,
        "confirmed": owner.is_confirmed,
    }


def _said_document(said: "Said") -> dict[str, object]:
    def topics(found: "Sequence[Topic]") -> list[dict[str, object]]:
        return [{"code": one.code, "abilities": list(one.abilities), "quote": one.quote} for one in found]

    return {
        "file": said.name,
        "letters": said.letters,
        "readable": said.is_readable,
        "unstated": topics(said.unstated),
        "stated": topics(said.stated),
    }


def _change_document(change: "Change") -> dict[str, object]:
    return {
        "version_name": readable(change.version_name),
        "version_code": change.version_code,
        "new": [_ability_document(one) for one in change.new],
        "gone": [one.code for one in change.gone],
        "permissions": [readable(one) for one in change.permissions],
        "services": [one.owner.name for one in change.services],
    }
