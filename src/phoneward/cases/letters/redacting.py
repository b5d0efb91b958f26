"""The case as everybody may read it: nobody's name in full, no address, number, account, serial or file name.

What is known to be personal is masked wherever it stands in a text; so is what looks like a number of a person or an
address. That cannot find everything: the letter tells its writer to read it once more.
"""

import re
from collections.abc import Iterable
from typing import Final

import msgspec

from phoneward.cases.facts import CaseFacts, Party, Role
from phoneward.cases.letters.model import Evidence

MASK: Final = "███"
_PEOPLE: Final = frozenset({Role.CLAIMANT, Role.OTHER})
_MAIL: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}")
_NUMBER: Final = re.compile(
    r"(?<![0-9A-Za-z])(?!\d{4}[-/]\d{1,2}[-/]\d{1,2}(?!\d))\+?\d(?:[\s\-()]?\d){6,24}[Xx]?(?![0-9A-Za-z])"
)
"""Seven digits and more, as in phone numbers, identity cards, bank cards and orders; no days, and not within words."""


def redacted(facts: CaseFacts) -> CaseFacts:
    """Return the case without what is personal. Companies keep their names and addresses."""
    secrets = _secrets(facts)

    def hide(text: str) -> str:
        return masked(text, secrets)

    return msgspec.structs.replace(
        facts,
        title="",
        account="",
        device=msgspec.structs.replace(facts.device, serial=""),
        parties=tuple(_party(one, hide(one.name), tuple(map(hide, one.did))) for one in facts.parties),
        losses=tuple(
            msgspec.structs.replace(one, what=hide(one.what), meaning=hide(one.meaning), evidence=())
            for one in facts.losses
        ),
        events=tuple(msgspec.structs.replace(one, what=hide(one.what), evidence=()) for one in facts.events),
    )


def _party(one: Party, name: str, did: tuple[str, ...]) -> Party:
    if one.role in _PEOPLE:
        return Party(role=one.role, name=initial(one.name), did=did)
    return msgspec.structs.replace(one, name=name, did=did)


def initial(name: str) -> str:
    """Return the first letter of a name with a mask behind it; empty for none."""
    stripped = name.strip()
    return f"{stripped[0]}██" if stripped else ""


def masked(text: str, secrets: Iterable[str]) -> str:
    """Return a text without these, and without what looks like a person's number or address.

    Args:
        text: any.
        secrets: what is known to be personal; longer ones first.
    """
    for secret in secrets:
        text = re.sub(re.escape(secret), MASK, text, flags=re.IGNORECASE)
    return _NUMBER.sub(MASK, _MAIL.sub(MASK, text))


def public_evidence(evidence: Iterable[Evidence], facts: CaseFacts) -> tuple[Evidence, ...]:
    """Return what the files are, masked; without their names and hashes."""
    secrets = _secrets(facts)
    return tuple(Evidence(path="", sha256="", what=masked(one.what, secrets)) for one in evidence)


def _secrets(facts: CaseFacts) -> list[str]:
    """Return what is known to be personal, longer ones first."""
    people = [one for one in facts.parties if one.role in _PEOPLE]
    known = {text.strip() for one in people for text in (one.name, one.address, one.phone, one.email)}
    known |= {facts.account.strip(), facts.device.serial.strip()}
    return sorted((text for text in known if len(text) > 1), key=len, reverse=True)
