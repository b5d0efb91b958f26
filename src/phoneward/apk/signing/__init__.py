"""Who signed an APK, and whether a phone of a given Android version would believe it: schemes v1, v2, v3, v3.1, v4."""
