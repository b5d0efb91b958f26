"""What Android's numbers for kinds of addresses are called in vCards.

Sources: AOSP frameworks/base core/java/android/provider/ContactsContract.java (CommonDataKinds: TYPE_… and PROTOCOL_…);
RFC 6350 section 5.6, 6.4.1 and 6.6.6 for the words of vCard 4.0; AOSP frameworks/opt/vcard VCardUtils.java
(getPhoneTypeFromStrings) and VCardEntry.java for those that Android's own importer understands.
"""

from typing import Final, NamedTuple

_ITEM: Final = "vnd.android.cursor.item/"
NAME: Final = _ITEM + "name"
PHONE: Final = _ITEM + "phone_v2"
EMAIL: Final = _ITEM + "email_v2"
POSTAL: Final = _ITEM + "postal-address_v2"
IM: Final = _ITEM + "im"
SIP: Final = _ITEM + "sip_address"
ORGANIZATION: Final = _ITEM + "organization"
NICKNAME: Final = _ITEM + "nickname"
NOTE: Final = _ITEM + "note"
PHOTO: Final = _ITEM + "photo"
WEBSITE: Final = _ITEM + "website"
EVENT: Final = _ITEM + "contact_event"
RELATION: Final = _ITEM + "relation"
MEMBERSHIP: Final = _ITEM + "group_membership"

CUSTOM: Final = "0"
"""TYPE_CUSTOM: the person's own word stands in `data3`."""


class Kind(NamedTuple):
    """One kind.

    Attributes:
        standard: TYPE in vCard 4.0; empty where it has none.
        label: for people, where the TYPE does not say it (`X-ABLABEL`). Not translated: no file depends on a language.
        android: TYPE in vCard 3.0 for Android's importer.
    """

    standard: str
    label: str = ""
    android: str = ""


PHONES: Final = {
    "1": Kind("home", android="HOME"),
    "2": Kind("cell", android="CELL"),
    "3": Kind("work", android="WORK"),
    "4": Kind("work,fax", android="WORK,FAX"),
    "5": Kind("home,fax", android="HOME,FAX"),
    "6": Kind("pager", android="PAGER"),
    "7": Kind("voice", android="VOICE"),
    "8": Kind("voice", "callback", "CALLBACK"),
    "9": Kind("voice", "car", "CAR"),
    "10": Kind("work", "company main", "COMPANY-MAIN"),
    "11": Kind("voice", "ISDN", "ISDN"),
    "12": Kind("voice", "main", "PREF"),
    "13": Kind("fax", android="FAX"),
    "14": Kind("voice", "radio", "RADIO"),
    "15": Kind("text", "telex", "TLX"),
    "16": Kind("textphone", android="TTY-TDD"),
    "17": Kind("work,cell", android="WORK,CELL"),
    "18": Kind("work,pager", android="WORK,PAGER"),
    "19": Kind("voice", "assistant", "ASSISTANT"),
    "20": Kind("text", "MMS", "MSG"),
}
EMAILS: Final = {
    "1": Kind("home", android="HOME"),
    "2": Kind("work", android="WORK"),
    "3": Kind("", "other"),
    "4": Kind("", "mobile", "CELL"),
}
ADDRESSES: Final = {
    "1": Kind("home", android="HOME"),
    "2": Kind("work", android="WORK"),
    "3": Kind("", "other", "X-OTHER"),
}
WEBSITES: Final = {
    "1": Kind("", "homepage"),
    "2": Kind("", "blog"),
    "3": Kind("", "profile"),
    "4": Kind("home"),
    "5": Kind("work"),
    "6": Kind("", "FTP"),
}
RELATIONS: Final = {
    "1": Kind("agent", "assistant"),
    "2": Kind("sibling", "brother"),
    "3": Kind("child"),
    "4": Kind("co-resident", "domestic partner"),
    "5": Kind("parent", "father"),
    "6": Kind("friend"),
    "7": Kind("colleague", "manager"),
    "8": Kind("parent", "mother"),
    "9": Kind("parent"),
    "10": Kind("", "partner"),
    "11": Kind("contact", "referred by"),
    "12": Kind("kin"),
    "13": Kind("sibling", "sister"),
    "14": Kind("spouse"),
}


class Messenger(NamedTuple):
    """An old messenger that Android has a number for.

    Attributes:
        scheme: of the URI in IMPP; `x-apple` with X-SERVICE-TYPE, as iPhones write, where there is none.
        android: the property that Android's importer knows; empty where it knows none.
    """

    scheme: str
    service: str
    android: str


MESSENGERS: Final = {
    "0": Messenger("aim", "AIM", "X-AIM"),
    "1": Messenger("msnim", "MSN", "X-MSN"),
    "2": Messenger("ymsgr", "Yahoo", "X-YAHOO"),
    "3": Messenger("skype", "Skype", "X-SKYPE-USERNAME"),
    "4": Messenger("x-apple", "QQ", ""),
    "5": Messenger("xmpp", "GoogleTalk", "X-GOOGLE-TALK"),
    "6": Messenger("icq", "ICQ", "X-ICQ"),
    "7": Messenger("xmpp", "Jabber", "X-JABBER"),
    "8": Messenger("x-apple", "NetMeeting", ""),
}
