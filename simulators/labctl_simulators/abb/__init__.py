"""Simulators of instruments by ABB."""
