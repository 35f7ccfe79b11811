"""Drivers for passive sensors, which speak through the readout that they hang on."""
