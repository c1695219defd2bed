"""Mail to candidates and staff: an outbox in the database, and what carries it away."""
