"""Simulated instruments by Druck."""
