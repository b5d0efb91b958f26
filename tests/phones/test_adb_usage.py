# ruff: noqa: E501 - lines as phones print them
"""What a phone tells of one app: bytes sent, and when it last used its right to see pictures."""

from hypothesis import given
from hypothesis import strategies as st

from phoneward.phones.adb.appops import parse_duration, parse_picture_access
from phoneward.phones.adb.netstats import parse_sent
from phoneward.phones.usage import PictureAccess, SentBytes

# The lines of a phone with Android 12 or later and of one before, put together after AOSP (see the module) with the
# traps a phone can hold: another user id that begins the same, a network's name that looks like a line of ours.
_NEW = b"""Active interfaces:
  iface=wlan0 ident=[{type=1, metered=false, defaultNetwork=true}]
Xt stats:
  Pending bytes: 0
  History since boot:
  ident=[{type=1, ratType=COMBINED, wifiNetworkKey="home"open, metered=false, subId=-1}] uid=-1 set=ALL tag=0x0
    NetworkStatsHistory: bucketDuration=3600
      st=1790665200 rb=397520517 rp=303482 tb=4680000 tp=61542 op=0
UID stats:
  Pending bytes: 5029025
  History since boot:
  ident=[{type=0, ratType=13, subscriberId=310260..., metered=true, defaultNetwork=false, subId=1}] uid=10147 set=DEFAULT tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1790661600 rb=100 rp=1 tb=50 tp=1 op=0
  ident=[{type=1, ratType=COMBINED, wifiNetworkKey=" uid=10147 set=DEFAULT tag=0x0"open, metered=false}] uid=10148 set=DEFAULT tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1790661600 rb=7000000 rp=10 tb=7000000 tp=5 op=0
  ident=[{type=1, ratType=COMBINED, wifiNetworkKey="home"open, metered=false}] uid=10147 set=FOREGROUND tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1790661600 rb=1000 rp=10 tb=500 tp=5 op=0
      st=1790668800 rb=2000 rp=20 tb=700 tp=7 op=0
  ident=[{type=17, metered=false, defaultNetwork=true, subId=-1}] uid=10147 set=FOREGROUND tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1790668800 rb=5 rp=1 tb=9 tp=1 op=0
  ident=[{type=1, metered=false}] uid=10147 set=FOREGROUND tag=0xffffff82
    NetworkStatsHistory: bucketDuration=7200
      st=1790668800 rb=1000 rp=1 tb=1000 tp=1 op=0
  ident=[{type=1, metered=false}] uid=101470 set=DEFAULT tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1790661600 rb=99999 rp=99 tb=99999 tp=99 op=0
UID tag stats:
  Pending bytes: 0
  History since boot:
  ident=[{type=1, metered=false}] uid=10147 set=DEFAULT tag=0x0
    NetworkStatsHistory: bucketDuration=7200
      st=1790668800 rb=77777 rp=1 tb=77777 tp=1 op=0
"""
_OLD = b"""UID stats:\r
  Pending bytes: 0\r
  History since boot:\r
  ident=[{type=WIFI, subType=COMBINED, networkId="1107", metered=false, defaultNetwork=true}] uid=10142 set=FOREGROUND tag=0x0\r
    NetworkStatsHistory: bucketDuration=7200\r
      st=1626933600 rb=3533 rp=60 tb=6247 tp=106 op=0\r
      st=1626940800 rb=11127 rp=200 tb=22005 tp=389 op=0\r
"""


def test_all_networks_and_buckets_of_one_app_are_added() -> None:
    """Mobile and Wi-Fi, foreground and background, whichever two hours; no other app, no tag, no other section."""
    assert parse_sent(_NEW, 10147) == SentBytes(sent=50 + 500 + 700 + 9, received=3105, vpn_sent=9, entries=4)
    assert parse_sent(_NEW, 10148) == SentBytes(sent=7_000_000, received=7_000_000, vpn_sent=0, entries=1)


def test_an_older_phones_lines_are_read() -> None:
    """Networks by name, and the line ends of a terminal."""
    assert parse_sent(_OLD, 10142) == SentBytes(sent=28_252, received=14_660, vpn_sent=0, entries=2)


def test_an_app_that_sent_nothing_is_told_from_a_phone_that_says_nothing() -> None:
    """Nothing counted is a zero; no section is no answer."""
    assert parse_sent(_NEW, 10999) == SentBytes(0, 0, 0, 0)
    assert parse_sent(b"Can't find service: netstats\n", 10147) is None
    assert parse_sent(b"", 10147) is None


@given(st.binary(max_size=300), st.integers(-1, 20_000))
def test_any_answer_is_read_or_refused(answer: bytes, uid: int) -> None:
    """A phone may say anything."""
    for told in (parse_sent(answer, uid), parse_sent(b"UID stats:\n" + answer, uid)):
        assert told is None or told.sent >= told.vpn_sent >= 0
    parse_picture_access(answer)


_WORDS = st.sampled_from([line + b"\n" for line in _NEW.split(b"\n")])


@given(st.lists(_WORDS, max_size=30).map(b"".join))
def test_lines_in_any_order_never_count_another_app(answer: bytes) -> None:
    """Whatever order a hostile phone prints its lines in: seven million were another app's."""
    told = parse_sent(answer, 10_150)
    assert told is None or told.entries == 0


def test_the_last_uses_of_rights_to_see_pictures_are_read() -> None:
    """Times, refusals, the user id's own line without times, rights that have nothing to do with pictures."""
    answer = (
        b"Uid mode: READ_MEDIA_IMAGES: allow\nLEGACY_STORAGE: ignore\n"
        b"READ_MEDIA_IMAGES: allow; time=+1m43s406ms ago\n"
        b"READ_MEDIA_VISUAL_USER_SELECTED: ignore; time=+2h7m13s715ms ago; rejectTime=+1m43s408ms ago\n"
        b"READ_EXTERNAL_STORAGE: deny\r\n"
        b"WAKE_LOCK: allow; time=+5m55s466ms ago; duration=+2s889ms\n"
        b"PROJECT_MEDIA: allow; time=+38d23h30m11s6ms ago (running)\n"
    )
    assert parse_picture_access(answer) == (
        PictureAccess("READ_MEDIA_IMAGES", "allow", 103_406, None),
        PictureAccess("READ_MEDIA_VISUAL_USER_SELECTED", "ignore", 7_633_715, 103_408),
        PictureAccess("READ_EXTERNAL_STORAGE", "deny", None, None),
        PictureAccess("PROJECT_MEDIA", "allow", 3_367_811_006, None),
    )


def test_no_uses_are_told_from_no_answer() -> None:
    """An app that never asked is not a phone that does not know the app."""
    assert parse_picture_access(b"No operations.\n") == ()
    assert parse_picture_access(b"Error: No UID for com.example in user 0\n") is None


def test_durations_are_read_as_android_writes_them() -> None:
    """android.util.TimeUtils.formatDuration: units that are zero at the front are left out."""
    for text, milliseconds in (
        ("0", 0),
        ("+7ms", 7),
        ("+1s0ms", 1000),
        ("+1m0s0ms", 60_000),
        ("+1d2h3m4s5ms", 93_784_005),
        ("+20166d8h20m24s861ms", 1_742_372_424_861),
    ):
        assert parse_duration(text) == milliseconds
    for text in ("", "+", "1s", "-1s", "+1s1h", "+1x", "soon"):
        assert parse_duration(text) is None
