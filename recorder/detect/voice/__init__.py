"""Whether somebody speaks, and whether it is another voice."""
