"""Instruments that a person reads and keys in."""
