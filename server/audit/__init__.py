"""Who saw and changed what: rows that are only ever added."""
