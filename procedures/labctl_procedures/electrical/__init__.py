"""Electrical quantities."""
