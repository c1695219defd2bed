"""Microsoft Windows, through ctypes."""
