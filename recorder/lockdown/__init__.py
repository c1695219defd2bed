"""What the machine shows and runs; one reader a platform."""
