"""Snapshots: joins phones and vault. If the phone broke this minute, what would I lose?"""
