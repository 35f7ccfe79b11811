"""Drivers for instruments made by Julabo."""
