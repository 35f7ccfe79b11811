"""Simulators of instruments by Teledyne API."""
