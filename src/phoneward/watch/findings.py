"""What the pictures room finds: copies that apps keep, worst first, and nobody accused for an ordinary one."""

from collections.abc import Iterator, Sequence
from typing import Final

from phoneward.findings import Action, Evidence, Finding, Severity, Tier
from phoneward.media import Kind
from phoneward.snapshots import app_words
from phoneward.texts import Moment, Words, counted, verbatim, words
from phoneward.watch import finding_codes as codes
from phoneward.watch.copies import AppCopy
from phoneward.watch.copy_words import gap_words, kind_words, original_name
from phoneward.watch.facts import Facts, by_app, folder_of, was_taken_at_once
from phoneward.watch.scanned import Scanned

ROOM: Final = "watch"
EVIDENCE: Final = 5
"""Copies that a finding names one by one."""
FOLDERS: Final = 10
BY_BYTES: Final = words("compared byte by byte")
BY_LOOK: Final = words("compared by what is to be seen on them, at the size that is named")


def findings(facts: Facts) -> Iterator[Finding]:
    """Yield what there is to say."""
    if facts.test_pictures:
        yield _test_picture_left(facts.test_pictures)
    if not facts.has_snapshot:
        return
    if facts.scanned is None:
        yield _not_looked()
        return
    left = facts.unexplained
    for package, copies in by_app(left).items():
        yield from _of_app(facts.scanned, package, copies)
    nobodys: dict[str, list[AppCopy]] = {}
    for copy in left:
        if not copy.package:
            nobodys.setdefault(folder_of(copy), []).append(copy)
    for folder, copies in sorted(nobodys.items(), key=lambda one: -len(one[1]))[:FOLDERS]:
        yield _nobodys(facts.scanned, folder, copies)
    ordinary = len(facts.scanned.copies) - len(left)
    if ordinary:
        yield _ordinary(ordinary)


def look_through() -> Action:
    """Return the action that looks through the newest snapshot."""
    return Action(ROOM, "scan", words("Look through the newest backup"), {}, ("phoneward", "watch", "scan"))


def see_app(package: str) -> Action:
    """Return the action that shows the copies of one app."""
    command = ("phoneward", "watch", "scan", "--app", package)
    return Action(ROOM, "copies", words("See the pictures side by side"), {"app": package}, command)


def see_all() -> Action:
    """Return the action that shows all copies."""
    return Action(ROOM, "copies", words("See the pictures side by side"), {"app": ""}, ("phoneward", "watch", "scan"))


def was_it_sent() -> Action:
    """Return the action that tells how to find out whether pictures were sent."""
    command = ("phoneward", "watch", "capture", "--guide")
    return Action(ROOM, "capture", words("Find out whether they were sent"), {}, command)


def _test_picture_left(count: int) -> Finding:
    return Finding(
        code=codes.TEST_PICTURE_LEFT,
        severity=Severity.ADVICE,
        tier=Tier.INFERRED,
        title=counted(
            "{count} test picture may still lie on the phone.",
            "{count} test pictures may still lie on the phone.",
            count,
        ),
        detail=words(
            "Connect the phone; `phoneward watch canary finish` takes away what was put there, and nothing else."
        ),
        actions=(Action(ROOM, "canary", words("See how"), {}, ("phoneward", "watch", "canary", "finish")),),
    )


def _not_looked() -> Finding:
    return Finding(
        code=codes.NOT_LOOKED,
        severity=Severity.ADVICE,
        tier=Tier.NOT_CHECKED,
        title=words("Nobody has looked yet whether apps keep copies of your pictures."),
        detail=words("It takes a few minutes the first time. Nothing leaves this computer."),
        actions=(look_through(),),
    )


def _of_app(scanned: Scanned, package: str, copies: list[AppCopy]) -> Iterator[Finding]:
    labels: dict[str, list[AppCopy]] = {}
    for copy in copies:
        if copy.label:
            labels.setdefault(copy.label, []).append(copy)
    for label, those in labels.items():
        yield _sensitive(scanned, package, label, those)
    rest = [copy for copy in copies if not copy.label]
    at_once = [copy for copy in rest if was_taken_at_once(copy)]
    if at_once:
        yield _at_once(scanned, package, at_once)
    others = [copy for copy in rest if not was_taken_at_once(copy)]
    if others:
        yield _kept(scanned, package, others)


def _sensitive(scanned: Scanned, package: str, label: str, copies: list[AppCopy]) -> Finding:
    return Finding(
        code=codes.SENSITIVE,
        severity=Severity.WARNING,
        tier=_tier(copies),
        title=counted(
            "{app} keeps {count} copy of a picture of which you said: {label}.",
            "{app} keeps {count} copies of pictures of which you said: {label}.",
            len(copies),
            app=app_words(package),
            label=verbatim(label),
        ),
        loss=_may_see(package),
        detail=NO_PROOF,
        evidence=_evidence(scanned, copies),
        actions=(see_app(package), was_it_sent()),
        subject=f"{package} {label}",
    )


def _at_once(scanned: Scanned, package: str, copies: list[AppCopy]) -> Finding:
    return Finding(
        code=codes.TAKEN_AT_ONCE,
        severity=Severity.WARNING,
        tier=_tier(copies),
        title=counted(
            "{app} keeps a copy of {count} of your pictures, written within a minute after you took it.",
            "{app} keeps copies of {count} of your pictures, written within a minute after you took them.",
            len({copy.original for copy in copies}),
            app=app_words(package),
        ),
        loss=_may_see(package),
        detail=NO_PROOF,
        evidence=_evidence(scanned, copies),
        actions=(see_app(package), was_it_sent()),
        subject=package,
    )


def _kept(scanned: Scanned, package: str, copies: list[AppCopy]) -> Finding:
    return Finding(
        code=codes.KEPT,
        severity=Severity.ADVICE,
        tier=_tier(copies),
        title=counted(
            "{app} keeps a copy of {count} of your pictures.",
            "{app} keeps copies of {count} of your pictures.",
            len({copy.original for copy in copies}),
            app=app_words(package),
        ),
        detail=words("Perhaps you chose them there yourself. If not, look at the times at which they were written."),
        evidence=_evidence(scanned, copies),
        actions=(see_app(package), was_it_sent()),
        subject=package,
    )


def _nobodys(scanned: Scanned, folder: str, copies: list[AppCopy]) -> Finding:
    return Finding(
        code=codes.NOBODYS,
        severity=Severity.ADVICE,
        tier=_tier(copies),
        title=counted(
            "A copy of {count} of your pictures lies in a folder of which nobody can tell whose it is: {folder}",
            "Copies of {count} of your pictures lie in a folder of which nobody can tell whose it is: {folder}",
            len({copy.original for copy in copies}),
            folder=verbatim(folder),
        ),
        detail=words("Perhaps you made the folder yourself. No app is named where it is not certain."),
        evidence=_evidence(scanned, copies),
        actions=(see_all(),),
        subject=folder,
    )


def _ordinary(count: int) -> Finding:
    return Finding(
        code=codes.ORDINARY,
        severity=Severity.FINE,
        tier=Tier.INFERRED,
        title=counted(
            "{count} more copy has an ordinary cause, such as a gallery's thumbnail or a picture you sent there.",
            "{count} more copies have an ordinary cause, such as a gallery's thumbnails or pictures you sent there.",
            count,
        ),
        actions=(see_all(),),
    )


NO_PROOF: Final = words(
    "That a copy lies on the phone does not say that it was sent. A capture of what the app sends can show that."
)


def _may_see(package: str) -> Words:
    return words("Whoever can read what {app} keeps can see these pictures.", app=app_words(package))


def _tier(copies: Sequence[AppCopy]) -> Tier:
    return Tier.OBSERVED if any(copy.verdict.is_distinguishable for copy in copies) else Tier.INFERRED


def _evidence(scanned: Scanned, copies: Sequence[AppCopy]) -> tuple[Evidence, ...]:
    # The surest and the soonest first.
    ranked = sorted(copies, key=lambda one: (not one.verdict.is_distinguishable, not was_taken_at_once(one)))
    return tuple(
        Evidence(
            what=_what(copy),
            method=BY_BYTES if copy.verdict.kind is Kind.IDENTICAL else BY_LOOK,
            source=copy.path,
            snapshot=scanned.snapshot,
            seen=copy.copied,
        )
        for copy in ranked[:EVIDENCE]
    )


def _what(copy: AppCopy) -> Words:
    name = verbatim(original_name(copy))
    if copy.gap is None or copy.taken is None:
        return words("{kind}: {name}", kind=kind_words(copy.verdict), name=name)
    return words(
        "{kind}: {name} of {taken}; {gap}",
        kind=kind_words(copy.verdict),
        name=name,
        taken=Moment(copy.taken),
        gap=gap_words(copy),
    )
