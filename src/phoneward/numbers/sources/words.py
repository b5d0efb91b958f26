"""What is said to people about accounts, their proof, and what was not looked at."""

from collections.abc import Callable, Mapping
from typing import Final

from phoneward.errors import readable
from phoneward.numbers.account_words import GRADE_WORDS
from phoneward.numbers.inventory import Account, LookedAt, NotLookedAt, OwnNumber, SourceKind, What
from phoneward.numbers.recognition import Relation
from phoneward.numbers.sources.gathering import strength
from phoneward.numbers.sources.kept import KEPT
from phoneward.texts import N_, Words, counted, words

_PROOFS: Final = {
    What.CODE: N_("sent you a code"),
    What.NOTICE: N_("wrote to you about your account"),
    What.BUSINESS: N_("wrote to you about something bought, sent or paid"),
    What.NAMED: N_("is named in a message"),
    What.INSTALLED: N_("its app is on the phone"),
    What.ENTRY: N_("is in your password manager"),
}
_MAILED: Final = N_("sent you a letter about your account")
_SIGNS_IN: Final = N_("is in your password manager, with this number as the user name")

_MISSED: Final = {
    "no-snapshot": N_("There is no snapshot of a phone: no messages and no apps were looked at."),
    "no-messages": N_("Snapshot {name} holds no text messages as a phone gives them. From a file: --sms FILE."),
    "no-apps": N_("Snapshot {name} does not say which apps the phone had."),
    "damaged": N_("Something in snapshot {name} is damaged and was not looked at: phoneward check says what."),
    "messages-not-asked": N_("No messages were looked at (--sms, or a snapshot that holds them)."),
    "apps-not-asked": N_("No list of installed apps was looked at. Who signs in with one tap gets no message."),
    "passwords-not-asked": N_("No export of a password manager was looked at (--passwords)."),
    "mail-not-asked": N_("No mailbox was looked at (--mbox)."),
}
_MISSED_COUNTED: Final[Mapping[str, Callable[[int, str], Words]]] = {
    "unnamed-codes": lambda count, name: counted(
        "{count} message brought a code and does not name the service that sent it ({name}).",
        "{count} messages brought a code and do not name the service that sent it ({name}).",
        count,
        name=name,
    ),
    "picture-messages": lambda count, name: counted(
        "{count} message with a picture was not looked at ({name}).",
        "{count} messages with pictures were not looked at ({name}).",
        count,
        name=name,
    ),
    "snapshots-between": lambda count, name: counted(
        "{count} snapshot between the oldest and this one was not looked through.",
        "{count} snapshots between the oldest and this one were not looked through.",
        count,
        name=name,
    ),
    "unknown-apps": lambda count, name: counted(
        "Of {count} app on the phone Phoneward does not know whether it has an account.",
        "Of {count} apps on the phone Phoneward does not know whether they have an account.",
        count,
        name=name,
    ),
    "no-service": lambda count, name: counted(
        "{count} entry in {name} names no service on the internet, or none that is known by its title.",
        "{count} entries in {name} name no service on the internet, or none that is known by its title.",
        count,
        name=name,
    ),
    "doubtful-letters": lambda count, name: counted(
        "{count} letter in {name} is not proven to be from whom it says it is, and does not count.",
        "{count} letters in {name} are not proven to be from whom they say they are, and do not count.",
        count,
        name=name,
    ),
    "too-many": lambda count, name: counted(
        "There were too many services: {count} finding was left out ({name}).",
        "There were too many services: {count} findings were left out ({name}).",
        count,
        name=name,
    ),
}


def grade_words(grade: Relation) -> Words:
    """Return the proof grade in one word."""
    return Words(GRADE_WORDS[grade])


def proof_words(account: Account) -> Words:
    """Return what shows an account: the strongest there is."""
    if not account.evidence:
        return words("is named")
    best = max(account.evidence, key=strength)
    if best.source is SourceKind.MAIL:
        return Words(_MAILED)
    if best.source is SourceKind.PASSWORDS and best.grade is Relation.ACCOUNT:
        return Words(_SIGNS_IN)
    return Words(_PROOFS[best.what])


def missed_words(missed: NotLookedAt) -> Words:
    """Return the sentence about something that was not looked at."""
    if missed.reason in _MISSED_COUNTED and missed.count is not None:
        return _MISSED_COUNTED[missed.reason](missed.count, readable(missed.name))
    return Words(_MISSED.get(missed.reason, missed.reason), details={"name": readable(missed.name)})


def looked_words(looked: LookedAt) -> Words:
    """Return what was looked through."""
    count, name = looked.items, readable(looked.name)
    if looked.kind == KEPT:
        return counted(
            "The vault remembers {count} account from exports that were looked through before.",
            "The vault remembers {count} accounts from exports that were looked through before.",
            count,
        )
    if looked.source is SourceKind.APP:
        return counted(
            "Looked through {count} installed app (snapshot {name}).",
            "Looked through {count} installed apps (snapshot {name}).",
            count,
            name=name,
        )
    if looked.source is SourceKind.PASSWORDS:
        return counted(
            "Looked through {count} entry of a password manager ({name}, {kind}).",
            "Looked through {count} entries of a password manager ({name}, {kind}).",
            count,
            name=name,
            kind=looked.kind,
        )
    if looked.source is SourceKind.MAIL:
        return counted(
            "Looked through the heads of {count} letter ({name}).",
            "Looked through the heads of {count} letters ({name}).",
            count,
            name=name,
        )
    return counted(
        "Looked through {count} message ({name}).", "Looked through {count} messages ({name}).", count, name=name
    )


def own_words(own: OwnNumber) -> Words:
    """Return which number is the person's own, how that is known, and what came to it."""
    sims = ", ".join(sorted(own.sims))
    count = f"{own.messages:,}"
    if own.e164 is None:
        if not sims:
            return words("Messages of which nobody can tell to which number they came: {count}.", count=count)
        return words(
            "SIM {sims} received messages ({count}), and none says which number it has. Say so: --own NUMBER={sims}",
            sims=sims,
            count=count,
        )
    if own.hint == "entry":
        return words("{number} is a user name in your password manager.", number=own.e164)
    if not own.messages:
        return words("{number} is yours; of no message can anybody tell that it came to it.", number=own.e164)
    return words("{number} is yours; messages that came to it: {count}.", number=own.e164, count=count)
