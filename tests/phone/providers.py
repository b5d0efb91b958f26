"""The databases of the test phone that `content query` can be asked for, as Android's own providers make them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """One table behind a content URI.

    Attributes:
        uri: without `content://`; `#` stands for a number, which the column `by` has then.
        table: its name, and the database's file.
        columns: as in CREATE TABLE; those of Android's columns that matter. The source stands beside each provider.
        first_sdk: the first API level that lets the shell user read it: reports from the field, see README.md.
        permission: what a refusal says is missing.
        java: the provider's class, which a refusal names.
        by: the column of the number in the URI.
        shown: which rows a computer is shown (SQL).
        mute: whether a question that SQLite refuses is answered by nothing found instead of an exception.
        file: the database's file where it holds several tables.
        source: what the provider asks, where that is more than the table (SQL, behind FROM).
        row: what the provider's projection map makes of `_id`.
    """

    uri: str
    table: str
    columns: str
    first_sdk: int
    permission: str
    java: str
    by: str = ""
    shown: str = "1"
    mute: bool = False
    file: str = ""
    source: str = ""
    row: str = "_id"


_CONTACTS = ("android.permission.READ_CONTACTS", "com.android.providers.contacts.ContactsProvider2")

_CALENDAR = "com.android.providers.calendar.CalendarProvider2"
_CALENDAR_SDK = 19
"""AOSP packages/Shell/AndroidManifest.xml of Android 4.4 asks for READ_CALENDAR."""

PROVIDERS = (
    Provider(
        "sms",
        "sms",
        # AOSP TelephonyProvider, MmsSmsDatabaseHelper.java, createSmsTables(), in its order.
        "_id INTEGER PRIMARY KEY,thread_id INTEGER,address TEXT,person INTEGER,date INTEGER,"
        "date_sent INTEGER DEFAULT 0,protocol INTEGER,read INTEGER DEFAULT 0,status INTEGER DEFAULT -1,"
        "type INTEGER,reply_path_present INTEGER,"
        "subject TEXT,body TEXT,service_center TEXT,locked INTEGER DEFAULT 0,sub_id INTEGER DEFAULT -1,"
        "error_code INTEGER DEFAULT 0,creator TEXT,seen INTEGER DEFAULT 0",
        30,
        "android.permission.READ_SMS",
        "com.android.providers.telephony.SmsProvider",
        shown="type=1 OR type=2",  # the view sms_restricted of the same file: no drafts, nothing on its way
    ),
    Provider(
        "call_log/calls",
        "calls",
        # AOSP ContactsProvider, CallLogDatabaseHelper.java, createTable of Tables.CALLS.
        "_id INTEGER PRIMARY KEY AUTOINCREMENT,number TEXT,presentation INTEGER NOT NULL DEFAULT 1,"
        "post_dial_digits TEXT NOT NULL DEFAULT '',via_number TEXT NOT NULL DEFAULT '',date INTEGER,duration INTEGER,"
        "features INTEGER NOT NULL DEFAULT 0,subscription_component_name TEXT,subscription_id TEXT,type INTEGER,"
        "new INTEGER,name TEXT,countryiso TEXT,is_read INTEGER",
        33,
        "android.permission.READ_CALL_LOG",
        "com.android.providers.contacts.CallLogProvider",
    ),
    Provider(
        "mms",
        "pdu",
        # AOSP TelephonyProvider, MmsSmsDatabaseHelper.java, createMmsTables(), in its order, also for the next two.
        "_id INTEGER PRIMARY KEY AUTOINCREMENT,thread_id INTEGER,date INTEGER,date_sent INTEGER DEFAULT 0,"
        "msg_box INTEGER,read INTEGER DEFAULT 0,m_id TEXT,sub TEXT,sub_cs INTEGER,ct_t TEXT,ct_l TEXT,exp INTEGER,"
        "m_cls TEXT,m_type INTEGER,v INTEGER,m_size INTEGER,pri INTEGER,rr INTEGER,rpt_a INTEGER,resp_st INTEGER,"
        "st INTEGER,tr_id TEXT,retr_st INTEGER,retr_txt TEXT,retr_txt_cs INTEGER,read_status INTEGER,ct_cls INTEGER,"
        "resp_txt TEXT,d_tm INTEGER,d_rpt INTEGER,locked INTEGER DEFAULT 0,sub_id INTEGER DEFAULT -1,"
        "seen INTEGER DEFAULT 0,creator TEXT,text_only INTEGER DEFAULT 0",
        30,
        "android.permission.READ_SMS",
        "com.android.providers.telephony.MmsProvider",
        # The view pdu_restricted of the same file, for all but the messages app and the system; MmsProvider.query().
        shown="(msg_box=1 OR msg_box=2) AND m_type!=130",
        mute=True,  # MmsProvider.query(): "returning NULL cursor"
    ),
    Provider(
        "mms/part",
        "part",
        "_id INTEGER PRIMARY KEY AUTOINCREMENT,mid INTEGER,seq INTEGER DEFAULT 0,ct TEXT,name TEXT,chset INTEGER,"
        "cd TEXT,fn TEXT,cid TEXT,cl TEXT,ctt_s INTEGER,ctt_t TEXT,_data TEXT,text TEXT",
        30,
        "android.permission.READ_SMS",
        "com.android.providers.telephony.MmsProvider",
        mute=True,
    ),
    Provider(
        "mms/#/addr",
        "addr",
        "_id INTEGER PRIMARY KEY,msg_id INTEGER,contact_id INTEGER,address TEXT,type INTEGER,charset INTEGER",
        30,
        "android.permission.READ_SMS",
        "com.android.providers.telephony.MmsProvider",
        by="msg_id",
        mute=True,
    ),
    Provider(
        "com.android.contacts/contacts",
        "contacts",
        # AOSP ContactsProvider, ContactsDatabaseHelper.java, the view of contacts (createContactsViews()); what of it
        # matters. Also for the next three, and ContactsProvider2.java for the columns that may be asked for.
        "_id INTEGER PRIMARY KEY AUTOINCREMENT,name_raw_contact_id INTEGER,display_name TEXT,photo_id INTEGER,"
        "photo_file_id INTEGER,starred INTEGER NOT NULL DEFAULT 0,lookup TEXT",
        28,
        *_CONTACTS,
    ),
    Provider(
        "com.android.contacts/raw_contacts",
        "raw_contacts",
        # Tables.RAW_CONTACTS joined with Tables.ACCOUNTS (Views.RAW_CONTACTS).
        "_id INTEGER PRIMARY KEY AUTOINCREMENT,account_name TEXT,account_type TEXT,data_set TEXT,sourceid TEXT,"
        "backup_id TEXT,version INTEGER NOT NULL DEFAULT 1,dirty INTEGER NOT NULL DEFAULT 0,"
        "deleted INTEGER NOT NULL DEFAULT 0,contact_id INTEGER,aggregation_mode INTEGER NOT NULL DEFAULT 0,"
        "custom_ringtone TEXT,send_to_voicemail INTEGER NOT NULL DEFAULT 0,starred INTEGER NOT NULL DEFAULT 0,"
        "pinned INTEGER NOT NULL DEFAULT 0,display_name TEXT,sync1 TEXT",
        28,
        *_CONTACTS,
    ),
    Provider(
        "com.android.contacts/data",
        "data",
        # Tables.DATA joined with Tables.MIMETYPES and Tables.PACKAGES (Views.DATA); data1 to data15 have the type TEXT.
        "_id INTEGER PRIMARY KEY AUTOINCREMENT,res_package TEXT,mimetype TEXT NOT NULL,raw_contact_id INTEGER NOT NULL,"
        "hash_id TEXT,is_read_only INTEGER NOT NULL DEFAULT 0,is_primary INTEGER NOT NULL DEFAULT 0,"
        "is_super_primary INTEGER NOT NULL DEFAULT 0,data_version INTEGER NOT NULL DEFAULT 0,"
        + ",".join(f"data{number} TEXT" for number in range(1, 16)),
        28,
        *_CONTACTS,
    ),
    Provider(
        "com.android.contacts/groups",
        "groups",
        "_id INTEGER PRIMARY KEY AUTOINCREMENT,account_name TEXT,account_type TEXT,data_set TEXT,sourceid TEXT,"
        "version INTEGER NOT NULL DEFAULT 1,dirty INTEGER NOT NULL DEFAULT 0,title TEXT,title_res INTEGER,notes TEXT,"
        "system_id TEXT,deleted INTEGER NOT NULL DEFAULT 0,group_visible INTEGER NOT NULL DEFAULT 0,"
        "should_sync INTEGER NOT NULL DEFAULT 1,auto_add INTEGER NOT NULL DEFAULT 0,"
        "favorites INTEGER NOT NULL DEFAULT 0,group_is_read_only INTEGER NOT NULL DEFAULT 0",
        28,
        *_CONTACTS,
    ),
    Provider(
        "com.android.calendar/calendars",
        "Calendars",
        # AOSP CalendarProvider, CalendarDatabaseHelper.java, createCalendarsTable(), in its order; no cal_sync1 to 10.
        "_id INTEGER PRIMARY KEY,account_name TEXT,account_type TEXT,_sync_id TEXT,dirty INTEGER,mutators TEXT,"
        "name TEXT,calendar_displayName TEXT,calendar_color INTEGER,calendar_color_index TEXT,"
        "calendar_access_level INTEGER,"
        "visible INTEGER NOT NULL DEFAULT 1,sync_events INTEGER NOT NULL DEFAULT 0,calendar_location TEXT,"
        "calendar_timezone TEXT,ownerAccount TEXT,isPrimary INTEGER,canOrganizerRespond INTEGER NOT NULL DEFAULT 1,"
        "canModifyTimeZone INTEGER DEFAULT 1,canPartiallyUpdate INTEGER DEFAULT 0,maxReminders INTEGER DEFAULT 5,"
        "allowedReminders TEXT DEFAULT '0,1',allowedAvailability TEXT DEFAULT '0,1',"
        "allowedAttendeeTypes TEXT DEFAULT '0,1,2',deleted INTEGER NOT NULL DEFAULT 0",
        _CALENDAR_SDK,
        "android.permission.READ_CALENDAR",
        _CALENDAR,
        file="calendar.db",
    ),
    Provider(
        "com.android.calendar/events",
        "Events",
        # The same file, createEventsTable(), in its order; without sync_data2 to 10.
        "_id INTEGER PRIMARY KEY AUTOINCREMENT,_sync_id TEXT,dirty INTEGER,mutators TEXT,lastSynced INTEGER DEFAULT 0,"
        "calendar_id INTEGER NOT NULL,title TEXT,eventLocation TEXT,description TEXT,eventColor INTEGER,"
        "eventColor_index TEXT,eventStatus INTEGER,selfAttendeeStatus INTEGER NOT NULL DEFAULT 0,dtstart INTEGER,"
        "dtend INTEGER,eventTimezone TEXT,duration TEXT,allDay INTEGER NOT NULL DEFAULT 0,"
        "accessLevel INTEGER NOT NULL DEFAULT 0,availability INTEGER NOT NULL DEFAULT 0,"
        "hasAlarm INTEGER NOT NULL DEFAULT 0,hasExtendedProperties INTEGER NOT NULL DEFAULT 0,rrule TEXT,rdate TEXT,"
        "exrule TEXT,exdate TEXT,original_id INTEGER,original_sync_id TEXT,originalInstanceTime INTEGER,"
        "originalAllDay INTEGER,lastDate INTEGER,hasAttendeeData INTEGER NOT NULL DEFAULT 0,"
        "guestsCanModify INTEGER NOT NULL DEFAULT 0,guestsCanInviteOthers INTEGER NOT NULL DEFAULT 1,"
        "guestsCanSeeGuests INTEGER NOT NULL DEFAULT 1,organizer STRING,isOrganizer INTEGER,"
        "deleted INTEGER NOT NULL DEFAULT 0,eventEndTimezone TEXT,customAppPackage TEXT,customAppUri TEXT,uid2445 TEXT,"
        "sync_data1 TEXT",
        _CALENDAR_SDK,
        "android.permission.READ_CALENDAR",
        _CALENDAR,
        file="calendar.db",
    ),
    Provider(
        "com.android.calendar/attendees",
        "Attendees",
        # The same file, bootstrapDB(). CalendarProvider2.java, queryInternal(): the case ATTENDEES joins three tables
        # (SQL_WHERE_ATTENDEE_BASE), so that a bare `_id` in a condition is ambiguous; sAttendeesProjectionMap names it.
        "_id INTEGER PRIMARY KEY,event_id INTEGER,attendeeName TEXT,attendeeEmail TEXT,attendeeStatus INTEGER,"
        "attendeeRelationship INTEGER,attendeeType INTEGER,attendeeIdentity TEXT,attendeeIdNamespace TEXT",
        _CALENDAR_SDK,
        "android.permission.READ_CALENDAR",
        _CALENDAR,
        shown="Events._id=Attendees.event_id AND Events.calendar_id=Calendars._id",
        file="calendar.db",
        source="Attendees, Events, Calendars",
        row="Attendees._id",
    ),
    Provider(
        "com.android.calendar/reminders",
        "Reminders",
        # The same file, bootstrapDB(); queryInternal() asks this table alone, without a projection map.
        "_id INTEGER PRIMARY KEY,event_id INTEGER,minutes INTEGER,method INTEGER NOT NULL DEFAULT 0",
        _CALENDAR_SDK,
        "android.permission.READ_CALENDAR",
        _CALENDAR,
        file="calendar.db",
    ),
    Provider(
        "com.android.calendar/extendedproperties",
        "ExtendedProperties",
        # The same. The contract keeps writing to synchronisation; reading needs READ_CALENDAR like the rest.
        "_id INTEGER PRIMARY KEY,event_id INTEGER,name TEXT,value TEXT",
        _CALENDAR_SDK,
        "android.permission.READ_CALENDAR",
        _CALENDAR,
        file="calendar.db",
    ),
)
