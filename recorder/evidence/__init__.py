"""Evidence on its way to disk: encoded, sealed, signed, chained and kept."""
