"""The schema's history; ``env.py`` is Alembic's entry."""
