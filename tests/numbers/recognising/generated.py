"""Messages of our own making, by family and language, each with what a person would say of it.

Every template is filled for some of the services of its language, so a family has some hundred messages and a run
always the same ones.
"""

import functools
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).with_name("families")
OTHERS = ("customer", "notice", "phishing", "spam", "personal")
LINKS = (
    "https://{w}-secure.top/login",
    "http://bit.ly/3x{n}",
    "https://{w}{n}.vip",
    "{w}-verify.com/a",
    "http://t.cn/A6{n}",
    "www.{w}-help.net",
)


@dataclass(frozen=True)
class Made:
    """A message and what it is.

    Attributes:
        kind: code, nameless, customer, notice, phishing, spam, personal.
        language: as the tables are called.
        service: whom it names; empty where nobody.
        body: its text.
    """

    kind: str
    language: str
    service: str
    body: str

    @property
    def is_otp(self) -> bool:
        """It brings a one-time code."""
        return self.kind in {"code", "nameless"}

    @property
    def is_bad(self) -> bool:
        """No account may be made of it."""
        return self.kind in {"phishing", "spam", "personal"}


def code(chance: random.Random) -> str:
    """Return a one-time code as services write them."""
    digits = "".join(chance.choices("0123456789", k=9))
    shapes = (digits[:6], digits[:6], digits[:6], digits[:4], digits[:5], f"{digits[:3]}-{digits[3:6]}")
    return chance.choice((*shapes, f"{digits[:3]} {digits[3:6]}", digits[:8]))


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@functools.cache
def made() -> tuple[Made, ...]:
    """Return all messages."""
    return tuple(_made())


def templates() -> dict[str, list[tuple[str, str, list[str]]]]:
    """Return language, template and services by kind, for making more messages than `made` has."""
    services, codes, others = _table("services"), _table("codes"), _table("others")
    found = {"code": codes["named"], **{kind: others[kind] for kind in OTHERS}}
    return {
        kind: [(language, one, _of(services, language)) for language, some in tables.items() for one in some]
        for kind, tables in found.items()
    }


def _made() -> Iterator[Made]:
    chance = random.Random(20261129)
    for kind, found in templates().items():
        for language, template, services in found:
            named = "{s}" in template
            for service in chance.sample(services, 6 if kind == "code" else 4):
                yield Made(kind, language, service if named else "", filled(template, service, chance))
    for template in _table("codes")["nameless"]["all"]:
        for _again in range(3):
            yield Made("nameless", "all", "", filled(template, "", chance))


def _of(services: dict[str, list[str]], language: str) -> list[str]:
    if language.startswith("zh"):
        return services["known_zh"] + services["made_up_zh"]
    return services["known"] + services["made_up"]


def filled(template: str, service: str, chance: random.Random) -> str:
    """Return a template with a service, a code, numbers and addresses in it."""
    number = str(chance.randrange(1000, 99999))
    word = "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=6))
    link = chance.choice(LINKS).format(w=word, n=number)
    text = template.replace("{s}", service).replace("{c}", code(chance)).replace("{n}", number)
    return text.replace("{l}", link)
