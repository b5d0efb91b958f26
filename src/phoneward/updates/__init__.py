"""Is this update safe for my data? What Android would do with an update, before anything is installed.

Callers use what stands here.
"""
