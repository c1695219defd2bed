"""Objects by the institution's own model, and hands."""
