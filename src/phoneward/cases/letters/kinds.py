"""The kinds of letters: to the other side, and one for each thing that a channel takes."""

import functools
from collections.abc import Mapping
from typing import Final

import msgspec

from phoneward.cases.channels import Channel, channels
from phoneward.cases.letters.demands import Demand
from phoneward.cases.letters.gaps import Need
from phoneward.texts import N_, Words, words


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of letter.

    Attributes:
        id: stable, such as `demand` or `12315-complaint`.
        title: its heading, marked with `N_`.
        about: what it is for, marked with `N_`.
        needs: what it cannot do without.
        demands: what it asks for; None where the person chooses.
        channel: id of the channel that it goes to; empty for the other side.
        countries: where it is of use.
        is_about_event: it depends on what happened, and so on its day.
    """

    id: str
    title: str
    about: str
    needs: tuple[Need, ...]
    demands: tuple[Demand, ...] | None = None
    channel: str = ""
    countries: frozenset[str] = frozenset({"CN", "EU"})
    is_about_event: bool = True

    @property
    def title_words(self) -> Words:
        """Its heading; of a letter to a channel with the channel's name."""
        if not self.channel:
            return words(self.title)
        return words("{letter}: {channel}", letter=words(self.title), channel=channels()[self.channel].name)


_BASE: Final = (Need.NAME, Need.CONTACT, Need.RECIPIENT, Need.HAPPENED)
_SINGLE: Final[Mapping[Demand, tuple[str, str, tuple[Need, ...]]]] = {
    Demand.EXPLANATION: (
        N_("Demand for an explanation"),
        N_("Asks the other side what happened, why, and what it did."),
        (Need.FACTS,),
    ),
    Demand.RESTORATION: (
        N_("Demand to bring back what was lost"),
        N_("Asks the other side to restore the data, and to keep whatever may help."),
        (Need.LOSSES,),
    ),
    Demand.DELETION: (
        N_("Demand to delete my data"),
        N_("Asks the other side to delete what it holds without ground, and to keep the records of the event."),
        (),
    ),
    Demand.COPY: (
        N_("Demand for a copy of my data"),
        N_("Asks the other side for a copy of your data."),
        (Need.ACCOUNT,),
    ),
    Demand.COMPENSATION: (
        N_("Demand for compensation"),
        N_("Asks the other side to pay for the loss."),
        (Need.LOSSES, Need.AMOUNT),
    ),
    Demand.APOLOGY: (
        N_("Demand for an apology"),
        N_("Asks the other side to admit the error and to apologise."),
        (Need.FACTS,),
    ),
}
_FOR_CHANNELS: Final[Mapping[str, tuple[str, str]]] = {
    "complaint": (N_("Complaint"), N_("About your own dispute; it may be mediated.")),
    "report": (N_("Report"), N_("Tells of what may be a breach of the law.")),
    "claim": (N_("Facts for a statement of claim"), N_("For a court; have it looked at by a lawyer first.")),
    "request": (N_("Request for legal aid"), N_("For advice, or for a lawyer free of charge.")),
    "note": (N_("Note to the press"), N_("Tells journalists of the case, without what is personal.")),
}


@functools.cache
def letter_kinds() -> Mapping[str, Kind]:
    """Return all kinds by id, those to the other side first."""
    to_company = [
        Kind(
            id="demand",
            title=N_("Letter of demand"),
            about=N_("All you ask of the other side in one letter."),
            needs=(*_BASE, Need.FACTS, Need.LOSSES),
        ),
        *(
            Kind(id=one.value, title=title, about=about, needs=(*_BASE, *needs), demands=(one,))
            for one, (title, about, needs) in _SINGLE.items()
        ),
        Kind(
            id="data-request",
            title=N_("Request for my personal data"),
            about=N_("Asks a company what it holds of you, and for a copy. Nothing need have happened."),
            needs=(Need.NAME, Need.CONTACT, Need.RECIPIENT, Need.ACCOUNT),
            demands=(Demand.COPY,),
            is_about_event=False,
        ),
        Kind(
            id="relative-request",
            title=N_("Request for the data of a relative who died"),
            about=N_("Asks a company for the data of a close relative who died."),
            needs=(
                Need.NAME,
                Need.CONTACT,
                Need.RECIPIENT,
                Need.ACCOUNT,
                Need.DEAD_NAME,
                Need.KINSHIP,
                Need.INTEREST,
                Need.ARRANGEMENT,
            ),
            demands=(),
            countries=frozenset({"CN"}),
            is_about_event=False,
        ),
    ]
    to_channels = [_to_channel(one) for one in channels().values()]
    return {kind.id: kind for kind in (*to_company, *(kind for kinds in to_channels for kind in kinds))}


def _to_channel(channel: Channel) -> list[Kind]:
    return [
        Kind(
            id=f"{channel.id}-{wanted.kind}",
            title=_FOR_CHANNELS[wanted.kind][0],
            about=_FOR_CHANNELS[wanted.kind][1],
            needs=tuple(map(Need, wanted.needs)),
            channel=channel.id,
            countries=frozenset({channel.country}),
        )
        for wanted in channel.letters
    ]
