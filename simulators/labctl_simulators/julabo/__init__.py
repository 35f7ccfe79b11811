"""Simulated instruments made by Julabo."""
