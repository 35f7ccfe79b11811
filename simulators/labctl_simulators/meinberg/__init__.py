"""Simulated instruments by Meinberg."""
