"""Updates of this program: looked for, checked, fetched, and handed to who installs them."""
