"""Simulators of instruments by Bronkhorst High-Tech."""
