"""Which model files run: the packages' own and the institution's."""
