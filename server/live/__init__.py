"""The live channel between a running recorder and the staff who watch it."""
