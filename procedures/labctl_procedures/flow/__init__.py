"""Procedures for flowmeters."""
