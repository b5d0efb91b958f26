"""DEX files: the code of Android apps, read for who calls what."""
