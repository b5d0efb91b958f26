"""The sentences of what an app could do, and of what it is known by."""

from collections.abc import Mapping
from typing import Final

from phoneward.errors import readable
from phoneward.texts import N_, Words, enumeration, verbatim, words
from phoneward.watch.abilities.facts import Ability, About, Owner, Seen, Whose
from phoneward.watch.abilities.owners import LIBRARY

ABILITIES: Final[Mapping[str, str]] = {
    "sees-all-files": N_("It can see and change all files on the shared storage, if you allow it in the settings."),
    "sees-all-pictures": N_("It can see all your pictures, once you allow it."),
    "sees-chosen-pictures": N_("It can see single pictures that you choose."),
    "sees-old-files": N_("It can see all files on the shared storage, also those that other apps keep there."),
    "sees-picture-places": N_("It can read in your pictures where they were taken."),
    "watches-pictures": N_("It is told at once when a picture or a screenshot is added to your phone."),
    "watches-content": N_("It is told when something changes on the phone; of what, its code does not show."),
    "watches-picture-folders": N_("It watches the folders in which pictures or screenshots are stored."),
    "watches-folders": N_("It watches folders; which ones, its code does not show."),
    "told-of-screenshots": N_(
        "It is told when you take a screenshot while it is open. This alone gives it no picture (Android 14 and later)."
    ),
    "told-of-recordings": N_("It is told when the screen is recorded while it is open (Android 15 and later)."),
    "knows-screenshot-names": N_("It holds the words by which a screenshot is told from a photo."),
    "reads-picture-list": N_("It reads the list of your pictures."),
    "picks-pictures": N_("It lets you choose files or pictures; it gets those only, and needs no permission for it."),
    "records-screen": N_("It can record the screen, with all other apps, once you agree to it."),
    "accessibility-screenshots": N_(
        "It can take pictures of the screen as an accessibility service, if you turn it on."
    ),
    "accessibility": N_("It brings an accessibility service: turned on, it can read what other apps show."),
    "copies-own-window": N_("It can take a picture of its own window; not of other apps."),
    "captures-screen-as-system": N_("It asks for a right to capture the screen that only system apps get."),
    "captures-screen-in-tests": N_("It can take pictures of the screen while it is run by a test from a computer."),
    "draws-over-apps": N_("It can draw over other apps, if you allow it."),
    "reads-notifications": N_("It can read the notifications of all apps, if you allow it."),
    "is-keyboard": N_("It brings a keyboard: chosen as yours, it sees what you type."),
    "is-vpn": N_("It can lead the phone's whole traffic through itself, if you allow it."),
    "reads-clipboard": N_("It reads what you copied (the clipboard)."),
    "lists-apps": N_("It can list the apps that you have."),
    "sees-app-use": N_("It can see which apps you use and when, if you allow it."),
    "uses-camera": N_("It can use the camera."),
    "uses-microphone": N_("It can use the microphone."),
    "knows-place": N_("It can know where you are."),
    "reads-contacts": N_("It can read your contacts."),
    "reads-messages": N_("It can read your text messages (SMS)."),
    "reads-calls": N_("It can read whom you called and who called you."),
    "knows-phone": N_("It can read numbers that tell your phone from all others, or your phone number."),
    "loads-code": N_("It can load more code when it runs, which is not in this file."),
    "runs-native-code": N_("It runs native code."),
    "runs-programs": N_("It can start programs of the system."),
    "bridges-web-pages": N_("Web pages inside it can call its code."),
    "pins-in-code": N_("It may accept only certain certificates: then its traffic cannot be read by you."),
    "sends-unencrypted": N_("It may send without encryption."),
    "traffic-readable": N_(
        "It accepts certificates that you install: its traffic can be read with mitmproxy or PCAPdroid."
    ),
    "pins-certificates": N_(
        "It accepts only certain certificates: its traffic to these servers cannot be read by you."
    ),
}
"""By code; every code in `data/abilities.toml` and those of permissions and network."""

ABOUT: Final[Mapping[About, str]] = {
    About.PICTURES: N_("Your pictures and files"),
    About.WATCHING: N_("Learning of new pictures and screenshots"),
    About.SCREEN: N_("The screen"),
    About.PERSON: N_("You and your phone"),
    About.NETWORK: N_("The network"),
    About.CODE: N_("More code"),
}

TOPICS: Final[Mapping[str, str]] = {
    "screenshots": N_("screenshots"),
    "pictures": N_("pictures and files"),
    "screen-recording": N_("recording of the screen"),
    "accessibility": N_("accessibility service"),
    "installed-apps": N_("list of installed apps"),
    "notifications": N_("notifications of other apps"),
    "clipboard": N_("clipboard"),
    "camera": N_("camera"),
    "microphone": N_("microphone"),
    "place": N_("place"),
    "contacts": N_("contacts"),
    "messages": N_("text messages"),
    "calls": N_("calls"),
    "phone-numbers": N_("numbers of the phone"),
    "keyboard": N_("keyboard"),
    "loaded-code": N_("code that is loaded later"),
}
"""By code, of `data/says.toml`."""

PURPOSES: Final[Mapping[str, str]] = {
    "ads": N_("advertising"),
    "analytics": N_("usage statistics"),
    "browser": N_("browser"),
    "chat": N_("chat"),
    "crash-reports": N_("crash reports"),
    "feedback": N_("feedback"),
    "library": N_("library"),
    "loaded-code": N_("loading of code"),
    "login": N_("login"),
    "payment": N_("payment"),
    "place": N_("maps and place"),
    "push": N_("push messages"),
    "recognition": N_("recognition of faces, speech or text"),
    "screenshots": N_("noticing screenshots"),
    "security": N_("security"),
    "services": N_("services"),
    "session-recording": N_("recording of what you do in the app"),
}
"""What a library or service is for, of `data/owners.toml`."""

_ANDROIDS: Final = {
    21: "5",
    22: "5.1",
    23: "6",
    24: "7",
    25: "7.1",
    26: "8",
    27: "8.1",
    28: "9",
    29: "10",
    30: "11",
    31: "12",
    32: "12L",
    33: "13",
    34: "14",
    35: "15",
    36: "16",
}


def ability_words(ability: Ability) -> Words:
    """Return what an app could do, with the versions of Android on which it could."""
    sentence = words(ABILITIES[ability.code])
    span = _span(ability.min_sdk, ability.max_sdk)
    return sentence if span is None else words("{sentence} ({versions})", sentence=sentence, versions=span)


def _span(min_sdk: int | None, max_sdk: int | None) -> Words | None:
    first, last = (android(sdk) if sdk is not None else "" for sdk in (min_sdk, max_sdk))
    if first and last:
        return words("Android {first} to {last}", first=first, last=last)
    if first:
        return words("Android {first} and later", first=first)
    return words("Android {last} and earlier", last=last) if last else None


def android(sdk: int) -> str:
    """Return an Android version by its API level; the level where it has no name here."""
    return _ANDROIDS.get(sdk, f"API {sdk}")


def owner_words(owner: Owner) -> Words:
    """Return whose code it is."""
    match owner.whose:
        case Whose.APP:
            return words("the app's own code")
        case Whose.MAKER:
            return words("probably its publisher's code ({name})", name=readable(owner.name))
        case Whose.KNOWN if owner.is_confirmed:
            return words("{name}", name=owner.name)
        case Whose.KNOWN:
            return words("probably {name}", name=owner.name)
        case Whose.UNKNOWN:
            return words("code of unknown origin")


def owners_words(ability: Ability) -> Words | None:
    """Return whose code does it, libraries only where nobody else does; None where it is in no code."""
    owners = [one for one in ability.owners if one.purpose != LIBRARY] or list(ability.owners)
    names = [str(owner_words(one)) for one in owners]
    return verbatim(enumeration(dict.fromkeys(names))) if names else None


def seen_words(seen: Seen) -> Words:
    """Return by what an ability is known, for who wants to look it up."""
    what = verbatim(readable(seen.what))
    if seen.kind in _WITHOUT_PLACE and not seen.class_name:
        return words(_WITHOUT_PLACE[seen.kind], name=what)
    where = verbatim(readable(f"{seen.class_name}.{seen.method}" if seen.method else seen.class_name))
    return words(_WITH_PLACE[seen.kind], place=where, name=what)


_WITHOUT_PLACE: Final = {
    "permission": N_("it asks for {name}"),
    "service": N_("it declares the service {name}"),
    "setting": N_("by its setting {name}"),
}
_WITH_PLACE: Final = {
    "setting": N_("its part {place} sets {name}"),
    "text": N_("{place} holds the text “{name}”"),
    "field": N_("{place} reads {name}"),
    "call": N_("{place} calls {name}"),
}
