"""Drivers for instruments by Fluke."""
