"""Superclasses of classes that Android brings along, as far as calls by way of them matter.

Code names a method by the class of the expression it is called on: `getDrawingCache` of a `FrameLayout` is
`android.widget.FrameLayout.getDrawingCache`. From the reference at https://developer.android.com/reference (class
overviews of `android.app`, `android.widget`, `android.webkit`).
"""

from typing import Final

_BELOW: Final = {
    "android.app.Activity": (
        "android.accounts.AccountAuthenticatorActivity",
        "android.app.ActivityGroup",
        "android.app.AliasActivity",
        "android.app.ExpandableListActivity",
        "android.app.ListActivity",
        "android.app.NativeActivity",
    ),
    "android.app.ActivityGroup": ("android.app.TabActivity",),
    "android.app.ListActivity": ("android.app.LauncherActivity", "android.preference.PreferenceActivity"),
    "android.view.View": (
        "android.app.MediaRouteButton",
        "android.inputmethodservice.KeyboardView",
        "android.view.SurfaceView",
        "android.view.TextureView",
        "android.view.ViewGroup",
        "android.view.ViewStub",
        "android.widget.AnalogClock",
        "android.widget.ImageView",
        "android.widget.ProgressBar",
        "android.widget.Space",
        "android.widget.TextView",
    ),
    "android.view.SurfaceView": ("android.opengl.GLSurfaceView", "android.widget.VideoView"),
    "android.view.ViewGroup": (
        "android.widget.AbsoluteLayout",
        "android.widget.AdapterView",
        "android.widget.FrameLayout",
        "android.widget.GridLayout",
        "android.widget.LinearLayout",
        "android.widget.RelativeLayout",
        "android.widget.SlidingDrawer",
        "android.widget.Toolbar",
    ),
    "android.widget.AbsoluteLayout": ("android.webkit.WebView",),
    "android.widget.AdapterView": ("android.widget.AbsListView", "android.widget.AbsSpinner"),
    "android.widget.AbsListView": ("android.widget.GridView", "android.widget.ListView"),
    "android.widget.AbsSpinner": ("android.widget.Gallery", "android.widget.Spinner"),
    "android.widget.FrameLayout": (
        "android.appwidget.AppWidgetHostView",
        "android.widget.CalendarView",
        "android.widget.DatePicker",
        "android.widget.HorizontalScrollView",
        "android.widget.MediaController",
        "android.widget.ScrollView",
        "android.widget.TabHost",
        "android.widget.TimePicker",
        "android.widget.ViewAnimator",
    ),
    "android.widget.ViewAnimator": ("android.widget.ViewFlipper", "android.widget.ViewSwitcher"),
    "android.widget.ViewSwitcher": ("android.widget.ImageSwitcher", "android.widget.TextSwitcher"),
    "android.widget.LinearLayout": (
        "android.widget.NumberPicker",
        "android.widget.RadioGroup",
        "android.widget.SearchView",
        "android.widget.TabWidget",
        "android.widget.TableLayout",
        "android.widget.TableRow",
        "android.widget.ZoomControls",
    ),
    "android.widget.ListView": ("android.widget.ExpandableListView",),
    "android.widget.ImageView": ("android.widget.ImageButton", "android.widget.QuickContactBadge"),
    "android.widget.ProgressBar": ("android.widget.AbsSeekBar",),
    "android.widget.AbsSeekBar": ("android.widget.RatingBar", "android.widget.SeekBar"),
    "android.widget.TextView": (
        "android.widget.Button",
        "android.widget.CheckedTextView",
        "android.widget.Chronometer",
        "android.widget.DigitalClock",
        "android.widget.EditText",
        "android.widget.TextClock",
    ),
    "android.widget.EditText": ("android.inputmethodservice.ExtractEditText", "android.widget.AutoCompleteTextView"),
    "android.widget.AutoCompleteTextView": ("android.widget.MultiAutoCompleteTextView",),
    "android.widget.Button": ("android.widget.CompoundButton",),
    "android.widget.CompoundButton": (
        "android.widget.CheckBox",
        "android.widget.RadioButton",
        "android.widget.Switch",
        "android.widget.ToggleButton",
    ),
    "java.lang.ClassLoader": ("dalvik.system.BaseDexClassLoader",),
    "dalvik.system.BaseDexClassLoader": (
        "dalvik.system.DexClassLoader",
        "dalvik.system.InMemoryDexClassLoader",
        "dalvik.system.PathClassLoader",
    ),
    "dalvik.system.PathClassLoader": ("dalvik.system.DelegateLastClassLoader",),
}

SUPERS: Final = {below: above for above, classes in _BELOW.items() for below in classes}
"""Superclass by class."""

PLATFORM_PACKAGES: Final = (
    *("accessibilityservice", "accounts", "animation", "app", "appwidget", "bluetooth", "content", "database", "drm"),
    *("graphics", "hardware", "location", "media", "net", "nfc", "opengl", "os", "preference", "print", "provider"),
    *("security", "service", "telecom", "telephony", "text", "transition", "util", "view", "webkit", "widget"),
)
"""Packages below `android.` that Android itself brings along (`android.support` and others come with apps)."""
