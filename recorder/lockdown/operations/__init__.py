"""The reversible steps: what is done to the machine for an exam, and undone after it."""
