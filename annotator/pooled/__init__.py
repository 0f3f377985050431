"""A database backend, see base.py."""
