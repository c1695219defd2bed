"""``invigil-recorder analyze``: all of it over a file."""
