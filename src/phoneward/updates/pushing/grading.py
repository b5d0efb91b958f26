"""Another program's prompt against the guide for risk texts (docs/risk-texts.md)."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from phoneward import risk_rules
from phoneward.texts import Words, words

MAX_PROMPT: Final = 20_000
"""Letters of a prompt that are looked at."""

_BUTTON: Final = re.compile(r"^\s*[\[［【](?P<label>[^\]］】]{1,200})[\]］】]\s*$")
_TYPING: Final = {"en": re.compile(r"\btype\b|\benter\b", re.IGNORECASE), "zh": re.compile("输入|键入")}
_FINAL: Final = {
    "en": re.compile(r"\b(lose|lost|gone|delete[ds]?|erase[ds]?|remove[ds]?)\b", re.IGNORECASE),
    "zh": re.compile("失去|丢失|删除|清空|清除|没了|找不回"),
}
_STAYS: Final = {
    "en": re.compile(r"\b(stays?|(is|are) kept|not (lost|touched|removed|deleted))\b", re.IGNORECASE),
    "zh": re.compile("保留|不会(丢失|删除|受影响|动)|仍在|还在"),
}


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a program shows before it does something.

    Attributes:
        title: its first line.
        text: the lines after it, up to the buttons.
        buttons: their labels, in the order they stand; the first is the most prominent.
    """

    title: str
    text: str
    buttons: tuple[str, ...] = ()

    @property
    def language(self) -> str:
        """Return "en" or "zh"."""
        return risk_rules.language_of(self.title + self.text)


@dataclass(frozen=True, slots=True)
class Mark:
    """One rule of the guide.

    Attributes:
        number: in docs/risk-texts.md.
        rule: what it asks for.
        is_kept: whether the prompt does that.
        why_not: what is wrong; None where it is kept.
    """

    number: int
    rule: Words
    is_kept: bool
    why_not: Words | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """How a prompt does.

    Attributes:
        marks: rule by rule.
    """

    marks: tuple[Mark, ...]

    @property
    def kept(self) -> int:
        """How many rules it keeps."""
        return sum(mark.is_kept for mark in self.marks)

    @property
    def passes(self) -> bool:
        """Whether it keeps them all."""
        return self.kept == len(self.marks)


def read_prompt(text: str) -> Prompt:
    """Return a prompt from a text: the title, what is said, and a line `[Label]` for each button, the largest first."""
    lines = [line.strip() for line in text[:MAX_PROMPT].splitlines() if line.strip()]
    buttons = tuple(found["label"].strip() for line in lines if (found := _BUTTON.match(line)))
    said = [line for line in lines if not _BUTTON.match(line)]
    return Prompt(said[0] if said else "", " ".join(said[1:]), buttons)


def grade_prompt(prompt: Prompt, *, loses: bool) -> Grade:
    """Grade a prompt.

    Args:
        prompt: in English or Chinese.
        loses: whether what it asks about loses something that cannot come back.
    """
    return Grade(tuple(rule(prompt, loses) for rule in _RULES))


def _mark(number: int, rule: Words, why_not: Words | None) -> Mark:
    return Mark(number, rule, why_not is None, why_not)


def _title(prompt: Prompt, _loses: bool) -> Mark:  # noqa: FBT001 - one form for all rules
    limit = risk_rules.LIMITS[prompt.language][0]
    why = None
    if not risk_rules.is_question(prompt.title):
        why = words("The title is no question, so nobody knows what is being decided.")
    elif risk_rules.SURE[prompt.language].search(prompt.title):
        why = words("The title names no action: say what will be done, and to what.")
    elif len(prompt.title) > limit:
        why = words("The title has {count} letters; at most {limit} are read.", count=len(prompt.title), limit=limit)
    return _mark(1, words("The title is a short question that names the action and the object."), why)


def _loss(prompt: Prompt, loses: bool) -> Mark:  # noqa: FBT001
    first = _first_sentences(prompt)
    why = None
    if not risk_rules.YOU[prompt.language].search(first):
        why = words("It does not speak to the reader: say what you would lose.")
    elif loses and not _FINAL[prompt.language].search(first):
        why = words("It does not say that something will be gone.")
    elif loses and risk_rules.HEDGES[prompt.language].search(prompt.title + first):
        why = words("It says “may” where it is certain: everything in the app is deleted.")
    return _mark(2, words("Then comes what you would lose, said plainly."), why)


def _jargon(prompt: Prompt, _loses: bool) -> Mark:  # noqa: FBT001
    found = risk_rules.jargon_in(prompt.title + " " + _first_sentences(prompt), prompt.language)
    why = words("Words that nobody should have to look up: {words}.", words=", ".join(found)) if found else None
    return _mark(3, words("The first two lines hold no jargon."), why)


def _labels(prompt: Prompt, _loses: bool) -> Mark:  # noqa: FBT001
    empty = [label for label in prompt.buttons if risk_rules.is_empty_label(label)]
    why = None
    if len(prompt.buttons) < 2:
        why = words("There is no second button, so there is nothing to choose.")
    elif empty:
        why = words("A button that does not say what it does: {label}.", label=empty[0])
    elif _FINAL[prompt.language].search(prompt.buttons[0]) and not _STAYS[prompt.language].search(prompt.buttons[0]):
        why = words("The dangerous choice comes first: {label}.", label=prompt.buttons[0])
    return _mark(4, words("The safe choice comes first, and each button says what it does."), why)


def _typing(prompt: Prompt, loses: bool) -> Mark:  # noqa: FBT001
    asks = _TYPING[prompt.language].search(prompt.text) is not None
    why = None
    if loses and not asks:
        why = words("One tap is enough to lose everything; ask for a word to be typed first.")
    elif asks and not loses:
        why = words("It asks for typing although nothing is lost; people learn to type without reading.")
    return _mark(5, words("Typing is asked for where what is lost cannot come back, and only there."), why)


def _stays(prompt: Prompt, _loses: bool) -> Mark:  # noqa: FBT001
    said = _STAYS[prompt.language].search(prompt.text) is not None
    why = None if said else words("It does not say what is not lost; people who fear for everything tap anything.")
    return _mark(7, words("It says what is not lost."), why)


_RULES: Final[tuple[Callable[[Prompt, bool], Mark], ...]] = (_title, _loss, _jargon, _labels, _typing, _stays)


def _first_sentences(prompt: Prompt) -> str:
    """Return what stands where the eye still reads: as long as the guide allows."""
    limit = risk_rules.LIMITS[prompt.language][1]
    sentences = re.split(r"(?<=[.!?。！？])\s*", prompt.text)
    taken = ""
    for sentence in sentences[:2]:
        taken += sentence + " "
    return taken[:limit].strip()
