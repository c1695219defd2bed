"""What the machine shows and runs, and what is held to on it; one adapter a platform."""

# The packaged app is one executable: with this first argument it is the watchdog.
WATCHDOG_ARGUMENT = "--lockdown-watchdog"
