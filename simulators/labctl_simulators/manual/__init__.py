"""Instruments that a simulated person reads and keys in."""
