"""The PKG and DMG for macOS."""
