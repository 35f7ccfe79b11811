"""Drivers for instruments made by Isotech."""
