"""Drivers for instruments by Alicat Scientific."""
