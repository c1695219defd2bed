"""Running the server: is it well, what does it do, how is it backed up."""
