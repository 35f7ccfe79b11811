"""Simulators of instruments by Vaisala."""
