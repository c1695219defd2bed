"""Observations to incidents and unobserved time. Pure: no clock, thread, model or file."""
