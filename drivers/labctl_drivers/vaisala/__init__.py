"""Drivers for instruments by Vaisala."""
