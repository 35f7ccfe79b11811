"""Calibration intervals: when a standard or an instrument should come back."""
