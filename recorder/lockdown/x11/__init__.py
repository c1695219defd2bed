"""X11: the readers of one display."""
