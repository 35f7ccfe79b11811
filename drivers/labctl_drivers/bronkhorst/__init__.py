"""Drivers for instruments by Bronkhorst High-Tech."""
