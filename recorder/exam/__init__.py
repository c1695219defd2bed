"""What the candidate works in; see the README."""

# How a packaged recorder is asked to be the trial of the browser's engine.
TRIAL_ARGUMENT = "--exam-browser-trial"
