"""A verdict in words that anyone understands."""

from phoneward.texts import Words, words
from phoneward.updates.verdict import Judgement, Verdict


def headline(verdict: Verdict) -> Words:
    """Return the few words that stand above everything else."""
    match verdict:
        case Verdict.KEEPS:
            return words("KEEPS YOUR DATA")
        case Verdict.REFUSED:
            return words("WOULD BE REFUSED (your data is not touched)")
        case Verdict.WIPES:
            return words("ONLY POSSIBLE BY WIPING")
        case Verdict.UNDECIDED:
            return words("NOT KNOWN")


def explanation(judgement: Judgement) -> Words:
    """Return what the verdict means for the person, and what to do; sentences, not the reasons."""
    match judgement.verdict:
        case Verdict.KEEPS if judgement.lowered is not None:
            return judgement.lowered
        case Verdict.KEEPS if any(reason.code == "not-installed" for reason in judgement.reasons):
            return words("The app is not on this phone yet. Installing it changes nothing that is there.")
        case Verdict.KEEPS:
            return words(
                "By Android's own rules the update is put over the app, and everything in the app stays. This is "
                "concluded "
                "from the rules, not tried out."
            )
        case Verdict.REFUSED:
            return words(
                "Android would not take this file. Nothing is deleted by trying: the app and everything in it stay "
                "as they "
                "are. Do not uninstall the app to force it."
            )
        case Verdict.WIPES:
            return words(
                "Android does not take this file as an update of your app. It could only be installed after the app is "
                "removed, and that deletes everything in it. Do not install it; get the update from where you got "
                "the app."
            )
        case Verdict.UNDECIDED:
            return words(
                "Something that decides could not be found out, so nobody can promise that your data stays. Do not "
                "install "
                "it before you have a backup."
            )
