"""Database, blobs, keys and migrations: everything that touches a disk or a network store."""
