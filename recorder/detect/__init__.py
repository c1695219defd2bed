"""Frames and sound to observations, and observations to incidents."""
