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
)
