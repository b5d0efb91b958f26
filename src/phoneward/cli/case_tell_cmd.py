"""`phoneward case tell FOLDER`: what happened, in the person's words; letters and statements say nothing else."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from phoneward.cli.case_frame import folder_argument, open_case, who_option
from phoneward.cli.case_view import print_facts
from phoneward.cli.frame import Frame, current, option, vault_options
from phoneward.cli.session import open_vault
from phoneward.cli.worded import WordedCommand
from phoneward.errors import ExitCode, UsageError, readable
from phoneward.incidents import Incident
from phoneward.texts import N_, _

if TYPE_CHECKING:
    from phoneward.cases import CaseFacts, Role


@click.command(
    cls=WordedCommand,
    short_help=N_("Tell a case what happened, or see what it knows."),
    help=N_(
        "Tell a case what happened: who, when, what was lost and what it means to you. Letters and statements say "
        "nothing that is not here. Without options, what the case knows is shown.\n\n"
        "ROLE is claimant (you), phone-maker, app-maker, store, carrier, service or other.\n\n"
        "--from-vault has your snapshots tell: which version and signer the app had before and after, how much it "
        "held, what can be had again; also what speaks against you."
    ),
)
@folder_argument
@option("--title", metavar="TEXT", help=N_("What you call the case."))
@option("--incident", type=click.Choice([one.value for one in Incident]), help=N_("What happened."))
@option("--happened", metavar="DAY", help=N_("The day it happened, such as 2026-11-29."))
@option("--noticed", metavar="DAY", help=N_("The day you noticed."))
@option("--country", metavar="CC", help=N_("Where the law is asked: CN, or EU."))
@option("--account", metavar="TEXT", help=N_("The account it is about, as the service knows it."))
@option(
    "--device",
    multiple=True,
    metavar="FIELD=TEXT",
    help=N_("The phone: maker, model, build, android or serial, such as model=OD103."),
)
@option("--app", "apps", multiple=True, metavar="PACKAGE[=NAME]", help=N_("An app that it is about."))
@option("--party", multiple=True, metavar="ROLE=NAME", help=N_("Somebody in the matter."))
@option("--address", multiple=True, metavar="ROLE=TEXT", help=N_("Their address."))
@option("--phone", multiple=True, metavar="ROLE=TEXT", help=N_("Their telephone number."))
@option("--email", multiple=True, metavar="ROLE=TEXT", help=N_("Their e-mail address."))
@option("--did", multiple=True, metavar="ROLE=SENTENCE", help=N_("What they did, one sentence."))
@option("--lost", multiple=True, metavar="WHAT", help=N_("Something that was lost, or that others could read."))
@option("--meaning", multiple=True, metavar="WHAT=TEXT", help=N_("Why it matters to you."))
@option(
    "--cost", multiple=True, metavar="WHAT=AMOUNT", help=N_("What it costs to restore it, such as 5000 or 200 EUR.")
)
@option("--event", multiple=True, metavar="DAY=SENTENCE", help=N_("Something that happened on a day."))
@option("--against", multiple=True, metavar="DAY=SENTENCE", help=N_("The same, where it speaks against you."))
@option("--from-vault", metavar="PACKAGE", help=N_("Have your snapshots tell of this app."))
@option(
    "--whole-phone",
    is_flag=True,
    help=N_("Have your last snapshot tell what the whole phone held, such as after a reset, and what nobody kept."),
)
@option("--forget", multiple=True, metavar="WHAT", help=N_("Take a party (by its role), a loss or an event out again."))
@who_option
@vault_options
def tell(folder: str, from_vault: str | None, who: str | None, *, whole_phone: bool, **told: Any) -> ExitCode:  # noqa: ANN401 - options
    """Take in what is told, or show what is known."""
    frame = current()
    case = open_case(frame, folder, who)
    before = case.facts
    facts = _told(before, told)
    if from_vault is not None:
        facts = _from_vault(frame, facts, from_vault)
    if whole_phone:
        facts = _whole_phone(frame, facts)
    if facts != before:
        case.set_facts(facts)
    elif from_vault is not None or whole_phone or any(told.values()):
        frame.output.say(_("The case knew all of that already."))
    print_facts(frame.output, facts)
    return ExitCode.DONE


def _told(facts: "CaseFacts", told: Mapping[str, Any]) -> "CaseFacts":
    from phoneward.cases import telling

    for taken in (_of_the_case, _of_parties, _of_losses, _of_events):
        facts = taken(facts, told)
    for what in told["forget"]:
        facts = telling.without(facts, what)
    return facts


def _of_the_case(facts: "CaseFacts", told: Mapping[str, Any]) -> "CaseFacts":
    from phoneward.cases import telling

    for field in ("title", "account", "country"):
        if told[field] is not None:
            facts = telling.with_text(facts, field, told[field])
    for field in ("happened", "noticed"):
        if told[field] is not None:
            facts = telling.with_day(facts, field, told[field])
    for words in told["device"]:
        field, said = _two("--device", words)
        facts = telling.with_device(facts, field, said)
    for words in told["apps"]:
        package, _equals, label = words.partition("=")
        facts = telling.with_app(facts, package, label)
    return facts if told["incident"] is None else telling.with_incident(facts, Incident(told["incident"]))


def _of_parties(facts: "CaseFacts", told: Mapping[str, Any]) -> "CaseFacts":
    from phoneward.cases import telling

    for name, field in (("party", "name"), *((field, field) for field in ("address", "phone", "email", "did"))):
        for words in told[name]:
            role, said = _two(f"--{name}", words)
            facts = telling.with_party(facts, _role(f"--{name}", role), **{field: said})
    return facts


def _of_losses(facts: "CaseFacts", told: Mapping[str, Any]) -> "CaseFacts":
    from phoneward.cases import telling

    for what in told["lost"]:
        facts = telling.with_loss(facts, what)
    for words in told["meaning"]:
        what, said = _two("--meaning", words)
        facts = telling.with_loss(facts, what, meaning=said)
    for words in told["cost"]:
        what, said = _two("--cost", words)
        facts = telling.with_loss(facts, what, cost=said)
    return facts


def _of_events(facts: "CaseFacts", told: Mapping[str, Any]) -> "CaseFacts":
    from phoneward.cases import telling

    for name, is_against in (("event", False), ("against", True)):
        for words in told[name]:
            day, said = _two(f"--{name}", words)
            facts = telling.with_event(facts, day, said, is_against=is_against)
    return facts


def _two(name: str, words: str) -> tuple[str, str]:
    first, equals, second = words.partition("=")
    if not equals:
        raise UsageError(
            problem=_("{name} {value} has no “=”.").format(name=name, value=readable(words)[:80]),
            hint=_("Run “phoneward case tell --help” to see how it is written."),
        )
    return first.strip(), second.strip()


def _role(name: str, words: str) -> "Role":
    from phoneward.cases import Role

    try:
        return Role(words)
    except ValueError:
        raise UsageError(
            problem=_("{name}: nobody in the matter is a “{value}”.").format(name=name, value=readable(words)[:80]),
            hint=_("Use one of: {roles}").format(roles=", ".join(Role)),
        ) from None


def _from_vault(frame: Frame, facts: "CaseFacts", package: str) -> "CaseFacts":
    from phoneward.cases import breaks_of, told_by, with_told
    from phoneward.snapshots import list_snapshots

    with open_vault(frame) as repository, repository.lock(exclusive=False):
        repository.load_index()
        breaks = breaks_of(repository, list_snapshots(repository), package)
    if not breaks:
        frame.output.say(
            _("Your snapshots show no loss of {package}: no two of them between which its data went.").format(
                package=readable(package)
            )
        )
        return facts
    return with_told(facts, told_by(breaks[-1]))


def _whole_phone(frame: Frame, facts: "CaseFacts") -> "CaseFacts":
    from phoneward.cases import last_snapshot, with_whole_phone
    from phoneward.snapshots import list_snapshots

    with open_vault(frame) as repository, repository.lock(exclusive=False):
        repository.load_index()
        info = last_snapshot(list_snapshots(repository), facts.happened)
        if info is None:
            frame.output.say(_("The vault has no snapshot of a phone from that day or earlier."))
            return facts
        return with_whole_phone(repository, info, facts)
