"""Simulators of instruments by Alicat Scientific."""
