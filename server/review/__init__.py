"""What staff make of a session: flags, decisions, the score, playback."""
