"""What leaves the server: the exported bundle."""
