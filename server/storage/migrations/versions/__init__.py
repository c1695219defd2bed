"""One file a revision, each after the one before."""
