"""What follows from what the providers said."""

from collections.abc import Sequence
from dataclasses import dataclass

from phoneward.numbers.gate.asking import Reason, Reply, Word
from phoneward.numbers.gate.reasons import Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The gate's answer to one question.

    Attributes:
        word: the answer.
        reasons: those that carry the word first, then all others, in the order in which the providers stand.
        replies: what each provider said, by its name.
    """

    word: Word
    reasons: tuple[Reason, ...]
    replies: dict[str, Reply]


def combine(replies: dict[str, Reply]) -> Decision:
    """Return what follows.

    CHANGED from one provider is CHANGED, whatever the others say: a wrong CHANGED costs a step more, a wrong SAME an
    account. SAME needs one that says so. The one doubt that takes a SAME back is `shorter-tenure`: then somebody else
    may have taken over the contract without a new SIM and without a disconnection, and only Number Recycling, which
    answers about the person, can say that nobody did.
    """
    said = list(replies.values())
    for word in (Word.CHANGED, Word.SAME):
        carrying = [reply for reply in said if reply.word == word]
        if not carrying:
            continue
        others = [reply for reply in said if reply.word != word]
        if word is Word.SAME and _codes(others) & {Code.SHORTER_TENURE} and Code.NOT_RECYCLED not in _codes(carrying):
            contradiction = Reason(
                code=Code.CONTRADICTION, provider="", detail="a new contract, where another provider sees no change"
            )
            return Decision(word=Word.UNKNOWN, reasons=(contradiction, *_reasons(said)), replies=replies)
        return Decision(word=word, reasons=(*_reasons(carrying), *_reasons(others)), replies=replies)
    return Decision(word=Word.UNKNOWN, reasons=_reasons(said), replies=replies)


def _reasons(replies: Sequence[Reply]) -> tuple[Reason, ...]:
    return tuple(reason for reply in replies for reason in reply.reasons)


def _codes(replies: Sequence[Reply]) -> set[str]:
    return {reason.code for reply in replies for reason in reply.reasons}
