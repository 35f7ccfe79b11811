"""Instruments by Druck."""
