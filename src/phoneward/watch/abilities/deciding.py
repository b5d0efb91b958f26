"""From what the code and the manifest hold to what an app could do, by the rules in `data/abilities.toml`."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from phoneward.apk.dex import CallSite, Code, Member, TextSite, Wanted
from phoneward.apk.manifest.declared import Declared
from phoneward.errors import readable
from phoneward.findings import Tier
from phoneward.watch.abilities.facts import MAX_SEEN, Ability, Owner, Seen, Whose
from phoneward.watch.abilities.owners import LIBRARY, Owners
from phoneward.watch.abilities.rules import AbilityRule, ability_rules, member

_NOT_LETTERS: Final = re.compile(r"[\W_]+")
_ONE_WORD: Final = 40
"""What a single word of a screenshot's name weighs: it can be part of anything."""
_ORDER: Final = (Whose.APP, Whose.MAKER, Whose.UNKNOWN, Whose.KNOWN)


def wanted(prefixes: Iterable[str], classes: Iterable[str]) -> Wanted:
    """Return all that the rules ask of an app's code."""
    rules = ability_rules()
    return Wanted(
        calls=tuple(dict.fromkeys(member(name) for rule in rules for name in (*rule.calls, *rule.near_calls))),
        fields=tuple(dict.fromkeys(member(name) for rule in rules for name in rule.near_fields)),
        texts=tuple(
            dict.fromkeys(text for rule in rules for text in (*rule.texts, *rule.near_texts, *rule.near_paths))
        ),
        prefixes=tuple(dict.fromkeys(prefixes)),
        classes=tuple(dict.fromkeys(classes)),
    )


def decide(code: Code, declared: Declared, owners: Owners) -> list[Ability]:
    """Return what an app could do, but for what its permissions let it see (`permissions.picture_access`)."""
    deciding = _Deciding(code, declared, owners)
    found: list[Ability] = []
    for rule in ability_rules():
        found += deciding.by_rule(rule)
    return found


@dataclass
class _Deciding:
    code: Code
    declared: Declared
    owners: Owners

    @cached_property
    def _calls(self) -> dict[Member, list[CallSite]]:
        calls: dict[Member, list[CallSite]] = {}
        for site in self.code.calls:
            calls.setdefault(site.target, []).append(site)
        return calls

    @cached_property
    def _asked(self) -> set[str]:
        return {one.name for one in self.declared.permissions}

    def by_rule(self, rule: AbilityRule) -> Iterator[Ability]:
        """Yield the ability of a rule, and of the one that it is otherwise, where the app has them."""
        seen = [Seen("permission", name) for name in rule.permissions if name in self._asked]
        seen += [
            Seen("service", part.name, owner=self.owners.of(part.name))
            for part in self.declared.components
            if part.permission in rule.services or part.service_type & rule.service_bits
        ]
        sites = [site for name in rule.calls for site in self._calls.get(member(name), ())]
        near = self._near(rule)
        apart = [site for site in sites if rule.otherwise and _nest(site.class_name) not in near]
        if rule.near or rule.near_calls or rule.near_paths:
            sites = [site for site in sites if _nest(site.class_name) in near]
        seen += [self._call(site) for site in sites]
        texts = [site for site in self.code.texts if rule.texts and _speaks(site.text, rule.texts, exact=rule.exact)]
        seen += [self._text(site) for site in texts]
        if sites and near:
            seen += self._beside(rule, {_nest(site.class_name) for site in sites})
        if seen:
            is_vague = bool(texts) and not rule.exact and not _is_list(texts)
            yield self._ability(rule, seen, min(rule.weight, _ONE_WORD) if is_vague else rule.weight)
        if apart:
            other = next(one for one in ability_rules() if one.code == rule.otherwise)
            yield self._ability(other, [self._call(site) for site in apart], other.weight)

    def _near(self, rule: AbilityRule) -> set[str]:
        """Return the classes, with those inside them as one, that use what must be near."""
        fields = {member(name) for name in rule.near_fields}
        nests = {_nest(site.class_name) for site in self.code.fields if site.target in fields}
        for name in rule.near_calls:
            nests |= {_nest(site.class_name) for site in self._calls.get(member(name), ())}
        nests |= {_nest(site.class_name) for site in self.code.texts if self._is_near(site, rule)}
        return nests

    def _is_near(self, site: TextSite, rule: AbilityRule) -> bool:
        text = site.text.lower()
        return any(part in text for part in rule.near_texts) or _speaks(text, rule.near_paths)

    def _beside(self, rule: AbilityRule, nests: set[str]) -> Iterator[Seen]:
        """Yield what stands near the calls: the address or the path that they are about."""
        fields = {member(name) for name in rule.near_fields}
        for field in self.code.fields:
            if field.target in fields and _nest(field.class_name) in nests:
                what = f"{field.target.owner}.{field.target.name}"
                yield Seen("field", what, field.class_name, field.method, field.dex, self.owners.of(field.class_name))
        for text in self.code.texts:
            if _nest(text.class_name) in nests and self._is_near(text, rule):
                yield self._text(text)

    def _call(self, site: CallSite) -> Seen:
        what = f"{site.target.owner}.{site.target.name}"
        return Seen("call", what, site.class_name, site.method, site.dex, self.owners.of(site.class_name))

    def _text(self, site: TextSite) -> Seen:
        owner = self.owners.of(site.class_name)
        return Seen("text", readable(site.text), site.class_name, site.method, site.dex, owner)

    def _ability(self, rule: AbilityRule, seen: list[Seen], weight: int) -> Ability:
        ability = Ability(
            code=rule.code,
            about=rule.about,
            weight=weight,
            tier=rule.tier,
            is_ordinary=rule.ordinary,
            seen=tuple(sorted(dict.fromkeys(seen), key=_rank)[:MAX_SEEN]),
            count=len(seen),
            source=rule.source,
        )
        if all(_is_of_library(one) for one in seen):
            return replace(ability, tier=Tier.INFERRED, is_ordinary=True)
        return ability


def _rank(seen: Seen) -> tuple[int, bool, bool]:
    owner = seen.owner or Owner(Whose.APP)
    return _ORDER.index(owner.whose), owner.purpose == LIBRARY, seen.kind == "text"


def _is_of_library(seen: Seen) -> bool:
    """A library that many apps have can do it; whether this app lets it, its code does not tell."""
    return bool(seen.class_name) and seen.owner is not None and seen.owner.purpose == LIBRARY


def _nest(class_name: str) -> str:
    """Return the outermost class: what stands in a class inside it belongs together with it."""
    return class_name.partition("$")[0]


def _speaks(text: str, words: Iterable[str], *, exact: bool = False) -> bool:
    """Tell whether a text is one of the words, or a path with one of them as a part."""
    if exact:
        return text in words
    plain = {_plain(word) for word in words}
    return any(_plain(part) in plain for part in re.split(r"[/\\]", text))


def _plain(text: str) -> str:
    return _NOT_LETTERS.sub("", text.lower())


def _is_list(texts: list[TextSite]) -> bool:
    """Tell whether one class has several of the words, or a path: so it is written where screenshots are told apart."""
    by_nest: dict[str, set[str]] = {}
    for site in texts:
        by_nest.setdefault(_nest(site.class_name), set()).add(site.text.lower())
    return any(len(words) > 1 or any("/" in word for word in words) for words in by_nest.values())
