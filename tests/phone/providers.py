"""The databases of the test phone that `content query` can be asked for, as Android's own providers make them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """One table behind a content URI.

    Attributes:
        uri: without `content://`.
        table: its name, and the database's file.
        columns: as in CREATE TABLE; those of Android's columns that matter. The source stands beside each provider.
        first_sdk: the first API level that lets the shell user read it: reports from the field, see README.md.
        permission: what a refusal says is missing.
        java: the provider's class, which a refusal names.
    """

    uri: str
    table: str
    columns: str
    first_sdk: int
    permission: str
    java: str


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
)
