"""What the candidate works in; see the README."""
