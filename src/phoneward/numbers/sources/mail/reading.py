"""Reads a mailbox, and says which accounts its letters show.

A letter shows that an account exists; that a phone number hangs on it only where it says so. So its grade is `weak`,
and where the subject speaks of the account's phone number `customer`: the firm holds one, and nobody can tell which,
unless the subject names its end. Letters that cannot be believed, spam and what the person wrote do not count.
"""

from collections.abc import Callable
from typing import IO, Final

from phoneward.numbers.inventory import Evidence, LookedAt, NotLookedAt, SourceKind, What
from phoneward.numbers.recognition import Purpose, Relation
from phoneward.numbers.rulebook import Rulebook
from phoneward.numbers.sources.errors import MailboxError
from phoneward.numbers.sources.gathering import Gathered, Gathering
from phoneward.numbers.sources.mail.heads import Head, is_believed, parsed
from phoneward.numbers.sources.mail.mbox import CutShortError, heads
from phoneward.numbers.sources.mail.subjects import About, about, peoples_domains
from phoneward.numbers.sources.own_hints import number_in
from phoneward.numbers.sources.passwords.entry import host_of, site_of
from phoneward.texts import words

_TOLD_EVERY: Final = 1_000
_SERVICES: Final = ("noreply", "no-reply", "no_reply", "donotreply", "do-not-reply", "security", "account", "10000")


def read_mailbox(
    stream: IO[bytes], name: str, rulebook: Rulebook, *, tell: Callable[[int, int], None] | None = None
) -> Gathered:
    """Return which accounts a mailbox shows: all of it, or nothing where it is not whole.

    Args:
        stream: an mbox file, at its beginning.
        name: of the file, for people.
        rulebook: says which system a domain belongs to.
        tell: hears now and then how many letters and bytes were read.

    Raises:
        MailboxError: it is no mailbox, or was cut short.
        OSError: it cannot be read.
    """
    reading = _Reading(name, rulebook)
    try:
        for head in heads(stream):
            reading.letters += 1
            reading.take(parsed(head))
            if tell is not None and reading.letters % _TOLD_EVERY == 0:
                tell(reading.letters, stream.tell())
    except CutShortError:
        raise MailboxError(name=name, detail=words("it was cut short within a letter")) from None
    except ValueError:
        raise MailboxError(name=name, detail=words("it does not begin as a mailbox does")) from None
    return reading.gathered()


class _Reading:
    def __init__(self, name: str, rulebook: Rulebook) -> None:
        self.letters = 0
        self._name = name
        self._rulebook = rulebook
        self._gathering = Gathering()
        self._doubtful = 0
        self._sites: dict[str, tuple[str | None, str, str] | None] = {}

    def take(self, head: Head) -> None:
        """Take one letter."""
        if not head.domain or head.is_spam or head.is_sent:
            return
        subject = about(head.subject)
        if subject is None or (head.domain in peoples_domains() and not head.local.startswith(_SERVICES)):
            return
        whose = self._whose(head.domain)
        if whose is None:
            return
        system, service, site = whose
        if not is_believed(head, site):
            self._doubtful += 1
            return
        self._gathering.add(system, service, self._evidence(head, subject))

    def _evidence(self, head: Head, subject: About) -> Evidence:
        number = number_in(head.subject) if subject.is_number else None
        return Evidence(
            source=SourceKind.MAIL,
            what=What.CODE if subject.purpose in {Purpose.LOGIN, Purpose.RESET} else What.NOTICE,
            ref=f"{self._name}#{self.letters}",
            time=head.time,
            number=number,
            purpose=subject.purpose,
            is_done=subject.is_done,
            grade=Relation.CUSTOMER if subject.is_number else Relation.WEAK,
        )

    def _whose(self, domain: str) -> tuple[str | None, str, str] | None:
        """Return the system, the name and the site of a domain; None for what is nobody's."""
        if domain not in self._sites:
            if len(self._sites) >= 100_000:
                self._sites.clear()
            host = host_of(domain)
            system = None if host is None else self._rulebook.by_domain(host)
            if host is None:
                self._sites[domain] = None
            elif system is None:
                self._sites[domain] = None, site_of(host), site_of(host)
            else:
                self._sites[domain] = system.id, self._rulebook.name(system, "en"), site_of(host)
        return self._sites[domain]

    def gathered(self) -> Gathered:
        """Return what they show."""
        missed = [
            NotLookedAt(source=SourceKind.MAIL, reason=reason, name=self._name, count=count)
            for reason, count in (("doubtful-letters", self._doubtful), ("too-many", self._gathering.left_out))
            if count
        ]
        accounts = self._gathering.accounts()
        times = [one.time for account in accounts for one in account.evidence if one.time is not None]
        looked = LookedAt(
            source=SourceKind.MAIL,
            name=self._name,
            items=self.letters,
            first=min(times, default=None),
            last=max(times, default=None),
            kind="mbox",
        )
        return Gathered(looked_at=(looked,), phone=self._name, accounts=accounts, missed=tuple(missed))
