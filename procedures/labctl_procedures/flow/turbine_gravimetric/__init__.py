"""Turbine flowmeters by weighing: K factor, linearity, repeatability."""
