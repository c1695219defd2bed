"""Candidates and the one-time codes that open a session."""
