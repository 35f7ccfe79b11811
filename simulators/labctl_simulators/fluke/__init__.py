"""Simulators of instruments by Fluke."""
