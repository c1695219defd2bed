"""Frames and sound to observations, and observations to incidents."""

# The packaged app is one executable: with this first argument it is the detector process.
WORKER_ARGUMENT = "--detector-worker"
