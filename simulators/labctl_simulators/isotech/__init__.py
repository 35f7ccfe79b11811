"""Simulated instruments made by Isotech."""
