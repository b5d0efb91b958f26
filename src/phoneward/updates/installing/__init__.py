"""Install an update only when the data is safe: judged, saved, agreed to, installed byte for byte, looked at after."""
