"""What `/records/sms.xml` and `/records/calls.xml` look like.

Source: "Fields in XML backup files" of the app SMS Backup & Restore (synctech.com.au/sms-backup-restore/
fields-in-xml-backup-files/): a list with its `count`, an element for each message or call, the columns of Android's
database as attributes, `null` where the database holds nothing. Its optional attributes `readable_date` and
`contact_name` of messages are left out: the first depends on the computer that writes, the second is the contacts'.

Columns that the app does not know (`thread_id`, `seen`, `_id` …) are further attributes, which importers pass over.
"""

import re
from dataclasses import dataclass
from typing import Final

from phoneward.phones import RecordKind

SERVICE: Final = ("phoneward_service", "service")
"""An attribute of ours, of iPhones: who carried a message or a call (`iMessage`, `com.apple.FaceTime`)."""

EXACT: Final = "phoneward_exact"
"""An attribute of ours: the exact text of columns, as a JSON object in ASCII, where XML cannot bear it or where it
would be taken for no text: control characters, halves of surrogate pairs, the very text `null`. The column's own
attribute then shows U+FFFD in their places, so that the file is well-formed XML for everybody else."""

ID: Final = "_id"
NO_TEXT: Final = "null"

FORBIDDEN: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What cannot stand in an XML 1.0 document, not even as a reference (section 2.2, Char)."""


@dataclass(frozen=True, slots=True)
class Form:
    """One kind of file.

    Attributes:
        top: the list's element.
        item: a record's element.
        also: further elements that the app counts and that are not read (`mms`).
        attributes: in the app's order: name, and the column behind it; an empty column is always `null`.
        words_for_none: what stands for nothing where that is not `null`.
    """

    kind: RecordKind
    name: bytes
    top: str
    item: str
    also: frozenset[str]
    attributes: tuple[tuple[str, str], ...]
    words_for_none: tuple[tuple[str, str], ...] = ()

    def none_word(self, attribute: str) -> str:
        """Return what stands for nothing in an attribute."""
        return dict(self.words_for_none).get(attribute, NO_TEXT)


def _same(names: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, name) for name in names.split())


SMS: Final = Form(
    kind=RecordKind.SMS,
    name=b"sms.xml",
    top="smses",
    item="sms",
    also=frozenset({"mms"}),
    attributes=(
        *_same("protocol address date type subject body"),
        ("toa", ""),
        ("sc_toa", ""),
        *_same("service_center read status locked date_sent sub_id thread_id seen"),
        SERVICE,
    ),
)

CALLS: Final = Form(
    kind=RecordKind.CALLS,
    name=b"calls.xml",
    top="calls",
    item="call",
    also=frozenset(),
    attributes=(
        *_same("number duration date type presentation subscription_id post_dial_digits"),
        *_same("subscription_component_name via_number new is_read"),
        ("contact_name", "name"),
        SERVICE,
    ),
    words_for_none=(("contact_name", "(Unknown)"),),
)

MMS: Final = Form(
    kind=RecordKind.MMS,
    name=b"sms.xml",
    top="smses",
    item="mms",
    also=frozenset({"sms"}),
    attributes=(
        *_same(
            "date rr sub ct_t read_status seen msg_box address sub_cs resp_st retr_st d_tm text_only exp locked m_id st"
            " retr_txt_cs retr_txt date_sent read m_size rpt_a ct_cls pri sub_id tr_id resp_txt ct_l m_cls d_rpt v"
            " m_type thread_id"
        ),
        SERVICE,
    ),
)
"""Multimedia messages, in the order of real exports. `date` is in milliseconds there, though the phone has seconds;
`date_sent` is in seconds. `address` is no column of the phone: who takes part, parted by `~`."""

PART: Final = Form(
    kind=RecordKind.MMS_PARTS,
    name=MMS.name,
    top="parts",
    item="part",
    also=frozenset(),
    attributes=_same("seq ct name chset cd fn cid cl ctt_s ctt_t text _data"),
)
"""What a multimedia message holds. `data` has its bytes in base64, where it has any that are no text."""

ADDRESS: Final = Form(
    kind=RecordKind.MMS_ADDRESSES,
    name=MMS.name,
    top="addrs",
    item="addr",
    also=frozenset(),
    attributes=_same("address type charset"),
)
"""From whom (type 137, PduHeaders.FROM) and to whom (151, 130, 129: TO, CC, BCC)."""

DATA: Final = "data"
BYTES: Final = "phoneward_bytes"
"""An attribute of ours: `data` is bytes, though it reads `null`."""

MISSING: Final = "phoneward_missing"
"""An attribute of ours: why the phone did not give what should stand here (`RecordObstacle`): a part's bytes, a
message's parts, its addresses."""
