"""Electromagnetic flowmeters by weighing: error of indication of the pulse output, repeatability."""
