"""Drivers for instruments by TSI."""
