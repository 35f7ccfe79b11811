"""Simulators of instruments by Siemens."""
