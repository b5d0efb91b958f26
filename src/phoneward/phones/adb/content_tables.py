"""The databases of a phone that are asked by `content query`: which columns, of which rows.

Sources of the columns: AOSP TelephonyProvider MmsSmsDatabaseHelper.java (createSmsTables, createMmsTables),
Telephony.java; ContactsProvider CallLogProvider.java and CallLog.java. Of contacts: ContactsProvider2.java
(sContactsProjectionMap, sRawContactsProjectionMap, sDataProjectionMap, sGroupsProjectionMap: it refuses any other
column) and ContactsDatabaseHelper.java. Its data are looked up without DISTINCT only where `_id` is among the columns.
Of calendars: CalendarProvider CalendarDatabaseHelper.java (createEventsTable, createCalendarsTable, bootstrapDB),
CalendarContract.java and CalendarProvider2.java (queryInternal, the projection maps: it asks for attendees together
with the events and calendars that they belong to, so `_id` and `deleted` must name their table). What waits on the
phone for its deletion by synchronisation (`deleted=1`) is not asked for.
"""

from dataclasses import dataclass
from typing import Final

from phoneward.phones.records import ADDRESS_COLUMNS, RecordKind


@dataclass(frozen=True, slots=True)
class Table:
    """What is asked of a database.

    Attributes:
        numbers, texts: columns; the one that holds most last.
        wide: numbers that need more than 32 bits.
        optional: columns that only some versions of Android have.
        row: `_id` as conditions must name it.
        where: which rows (SQL); all of them if empty.
        blobs: texts in whose place there may be bytes.
        mute: whether a question with an unknown column is answered by nothing found instead of a complaint
            (MmsProvider.query(): "returning NULL cursor").
    """

    uri: bytes
    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    wide: frozenset[str]
    optional: frozenset[str]
    row: bytes = b"_id"
    where: bytes = b""
    blobs: frozenset[str] = frozenset()
    mute: bool = False


_CONTACTS: Final = b"content://com.android.contacts"

TABLES: Final = {
    RecordKind.SMS: Table(
        b"content://sms",
        numbers=("date", "date_sent", "thread_id", "type", "read", "seen", "status", "protocol", "locked", "sub_id"),
        texts=("address", "service_center", "subject", "body"),
        wide=frozenset({"date", "date_sent"}),
        optional=frozenset({"date_sent", "thread_id", "seen", "protocol", "locked", "sub_id"}),
    ),
    RecordKind.CALLS: Table(
        b"content://call_log/calls",
        numbers=("date", "duration", "type", "presentation", "new", "is_read"),
        texts=(
            *("subscription_id", "subscription_component_name", "post_dial_digits", "via_number"),
            *("number", "name"),
        ),
        wide=frozenset({"date"}),
        optional=frozenset(
            {
                *("presentation", "is_read", "subscription_id", "subscription_component_name"),
                *("post_dial_digits", "via_number"),
            }
        ),
    ),
    RecordKind.MMS: Table(
        b"content://mms",
        numbers=(
            *("date", "date_sent", "thread_id", "msg_box", "read", "seen", "sub_cs", "exp", "m_type", "v", "m_size"),
            *("pri", "rr", "rpt_a", "resp_st", "st", "retr_st", "retr_txt_cs", "read_status", "ct_cls"),
            *("d_tm", "d_rpt", "locked", "sub_id", "text_only"),
        ),
        texts=("m_id", "ct_t", "ct_l", "m_cls", "tr_id", "retr_txt", "resp_txt", "sub"),
        wide=frozenset({"date", "date_sent", "exp", "d_tm"}),
        optional=frozenset({"date_sent", "seen", "sub_id", "text_only"}),
        mute=True,
    ),
    RecordKind.MMS_PARTS: Table(
        b"content://mms/part",
        numbers=("mid", "seq", "chset", "ctt_s"),
        texts=("ct", "name", "cd", "fn", "cid", "cl", "ctt_t", "_data", "text"),
        wide=frozenset(),
        optional=frozenset(),
        mute=True,
    ),
    RecordKind.MMS_ADDRESSES: Table(
        b"content://mms/%d/addr",
        numbers=ADDRESS_COLUMNS[:2],
        texts=ADDRESS_COLUMNS[2:],
        wide=frozenset(),
        optional=frozenset(),
        mute=True,
    ),
    RecordKind.CONTACTS: Table(
        _CONTACTS + b"/contacts",
        numbers=("name_raw_contact_id",),
        texts=("display_name",),
        wide=frozenset(),
        optional=frozenset({"name_raw_contact_id"}),
    ),
    RecordKind.RAW_CONTACTS: Table(
        _CONTACTS + b"/raw_contacts",
        numbers=("contact_id", "starred", "pinned", "send_to_voicemail", "aggregation_mode"),
        texts=("account_type", "data_set", "sourceid", "custom_ringtone", "account_name"),
        wide=frozenset(),
        optional=frozenset({"pinned", "data_set"}),
        where=b"deleted=0",
    ),
    RecordKind.CONTACT_DATA: Table(
        _CONTACTS + b"/data",
        numbers=("raw_contact_id", "is_primary", "is_super_primary", "data_version"),
        texts=("mimetype", "res_package", *(f"data{number}" for number in (*range(2, 16), 1))),
        wide=frozenset(),
        optional=frozenset(),
        blobs=frozenset(f"data{number}" for number in range(1, 16)),
    ),
    RecordKind.CONTACT_GROUPS: Table(
        _CONTACTS + b"/groups",
        numbers=("group_visible", "favorites", "auto_add", "should_sync"),
        texts=("account_type", "data_set", "sourceid", "system_id", "account_name", "title", "notes"),
        wide=frozenset(),
        optional=frozenset({"data_set"}),
        where=b"deleted=0",
    ),
    RecordKind.CONTACT_PHOTOS: Table(_CONTACTS + b"/display_photo", (), (), frozenset(), frozenset()),
    RecordKind.CALENDARS: Table(
        b"content://com.android.calendar/calendars",
        numbers=(
            *("calendar_color", "calendar_access_level", "visible", "sync_events", "isPrimary", "canOrganizerRespond"),
            *("canModifyTimeZone", "maxReminders"),
        ),
        texts=(
            *("account_name", "account_type", "_sync_id", "calendar_color_index", "calendar_location"),
            *("calendar_timezone", "ownerAccount", "allowedReminders", "allowedAvailability", "allowedAttendeeTypes"),
            *("name", "calendar_displayName"),
        ),
        wide=frozenset(),
        optional=frozenset(
            {
                *("calendar_color_index", "allowedAvailability", "allowedAttendeeTypes", "isPrimary"),
                *("canOrganizerRespond", "canModifyTimeZone", "calendar_location"),
            }
        ),
        where=b"deleted=0",
    ),
    RecordKind.EVENTS: Table(
        b"content://com.android.calendar/events",
        numbers=(
            *("calendar_id", "dtstart", "dtend", "allDay", "eventStatus", "selfAttendeeStatus", "accessLevel"),
            *("availability", "eventColor", "hasAlarm", "hasExtendedProperties", "original_id", "originalInstanceTime"),
            *("originalAllDay", "lastDate", "hasAttendeeData", "guestsCanModify", "guestsCanInviteOthers"),
            *("guestsCanSeeGuests", "isOrganizer"),
        ),
        texts=(
            *("eventTimezone", "eventEndTimezone", "duration", "rrule", "rdate", "exrule", "exdate", "_sync_id"),
            *("original_sync_id", "organizer", "eventColor_index", "customAppPackage", "customAppUri", "uid2445"),
            *("title", "eventLocation", "description"),
        ),
        wide=frozenset({"dtstart", "dtend", "originalInstanceTime", "lastDate"}),
        optional=frozenset({"eventColor_index", "customAppPackage", "customAppUri", "uid2445", "isOrganizer"}),
        where=b"deleted=0",
    ),
    RecordKind.ATTENDEES: Table(
        b"content://com.android.calendar/attendees",
        numbers=("event_id", "attendeeStatus", "attendeeRelationship", "attendeeType"),
        texts=("attendeeIdNamespace", "attendeeIdentity", "attendeeEmail", "attendeeName"),
        wide=frozenset(),
        optional=frozenset({"attendeeIdNamespace", "attendeeIdentity"}),
        row=b"Attendees._id",
        where=b"Events.deleted=0",
    ),
    RecordKind.REMINDERS: Table(
        b"content://com.android.calendar/reminders",
        numbers=("event_id", "minutes", "method"),
        texts=(),
        wide=frozenset(),
        optional=frozenset(),
    ),
    RecordKind.EVENT_EXTRAS: Table(
        b"content://com.android.calendar/extendedproperties",
        numbers=("event_id",),
        texts=("name", "value"),
        wide=frozenset(),
        optional=frozenset(),
    ),
}
