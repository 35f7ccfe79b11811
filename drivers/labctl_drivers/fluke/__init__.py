"""Fluke: calibrators."""
