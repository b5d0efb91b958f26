"""One APK or bundle file: its container, its manifest, who signed it, and whether a phone would believe that.

Nothing here knows a phone or a vault. Everything a file says may be a lie: bounded memory and time, one clear error.
"""
