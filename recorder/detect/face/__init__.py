"""Where faces are, which way a head faces and its eyes look, and where the screen is."""
