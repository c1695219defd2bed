"""Updates of the recorder: a repository of signed metadata that recorders look into."""
