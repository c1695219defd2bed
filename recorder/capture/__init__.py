"""Camera, microphone, screen: the only code that touches devices."""
