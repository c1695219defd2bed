"""macOS, through pyobjc."""
