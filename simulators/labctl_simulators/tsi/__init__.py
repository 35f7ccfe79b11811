"""Simulators of instruments by TSI."""
