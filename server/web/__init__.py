"""What staff see in a browser: templates, static files, pages."""
