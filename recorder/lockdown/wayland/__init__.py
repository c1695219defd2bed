"""Wayland: what a desktop lets a program see, and what it does not."""
