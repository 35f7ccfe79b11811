"""Drivers for instruments by Teledyne API."""
