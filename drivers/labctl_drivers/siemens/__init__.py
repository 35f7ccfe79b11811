"""Drivers for instruments by Siemens."""
