"""The case database: a SQLite file, or PostgreSQL."""
