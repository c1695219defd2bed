"""How the server is watched by other systems."""
