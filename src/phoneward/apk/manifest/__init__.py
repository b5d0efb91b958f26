"""What an APK's AndroidManifest.xml says, read from its binary form."""
