"""The candidate's window: Qt pages and widgets. Only ``recorder.app`` imports it."""
