"""Coriolis mass flowmeters by weighing: error of the mass pulses, repeatability."""
