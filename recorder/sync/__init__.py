"""The outbox's way to the server, and the server's commands back."""
