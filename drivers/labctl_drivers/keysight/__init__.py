"""Drivers for instruments by Keysight."""
