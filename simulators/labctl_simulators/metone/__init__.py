"""Simulators of instruments by Met One Instruments."""
