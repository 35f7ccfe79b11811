"""Simulators of instruments by Keysight."""
