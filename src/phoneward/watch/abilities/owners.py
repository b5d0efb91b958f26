"""Whose code is it? Told by the beginning of a class's name; a name can be changed, and then nobody knows."""

from collections.abc import Mapping

from phoneward.watch.abilities.facts import Owner, Present, Whose
from phoneward.watch.abilities.rules import OwnerRule, owner_rules

LIBRARY = "library"
"""The purpose of code that many apps have for itself: that it can do something says little of the app."""
_TOO_COMMON = frozenset({"com.android", "com.google", "org.example", "com.example", "android.app", "io.github"})


class Owners:
    """Tells whose an app's classes are.

    Args:
        package: of the app.
    """

    def __init__(self, package: str) -> None:
        self._package = package
        words = package.split(".")
        maker = ".".join(words[:2])
        self._maker = maker + "." if len(words) > 1 and maker not in _TOO_COMMON else ""
        self._rules = sorted(owner_rules(), key=lambda rule: len(rule.prefix), reverse=True)

    def of(self, class_name: str) -> Owner:
        """Return whose a class is."""
        if class_name.startswith(self._package + "."):
            return Owner(Whose.APP, self._package)
        rule = next((one for one in self._rules if class_name.startswith(one.prefix)), None)
        if rule is not None and not self._is_own(rule):
            return owner_of(rule)
        if self._maker and class_name.startswith(self._maker):
            return Owner(Whose.MAKER, self._maker.rstrip("."))
        return owner_of(rule) if rule is not None else Owner(Whose.UNKNOWN)

    def _is_own(self, rule: OwnerRule) -> bool:
        """A maker's general libraries are its own app's own code: `com.tencent.` in an app of Tencent's."""
        return rule.purpose == "services" and rule.prefix == self._maker


def owner_of(rule: OwnerRule) -> Owner:
    """Return the owner that a rule names."""
    return Owner(Whose.KNOWN, rule.name, rule.maker, rule.purpose, rule.confirmed)


def present(prefixes: Mapping[str, str]) -> tuple[Present, ...]:
    """Return the known libraries and services of which an app has classes.

    Args:
        prefixes: beginnings of names of classes that are there, with one class each.
    """
    found: dict[str, Present] = {}
    for rule in owner_rules():
        example = prefixes.get(rule.prefix)
        # A longer name that fits as well is another service: the general one is told where it alone is there.
        if example is not None and not _has_own_rule(rule, example):
            found.setdefault(rule.name, Present(owner_of(rule), example, rule.source))
    return tuple(sorted(found.values(), key=lambda one: (one.owner.purpose == LIBRARY, one.owner.name.lower())))


def _has_own_rule(rule: OwnerRule, class_name: str) -> bool:
    return any(
        len(one.prefix) > len(rule.prefix) and class_name.startswith(one.prefix) and one.name != rule.name
        for one in owner_rules()
    )
