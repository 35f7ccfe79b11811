"""Keysight: multimeters."""
