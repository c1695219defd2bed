"""What Linux itself tells, whichever window system runs."""
