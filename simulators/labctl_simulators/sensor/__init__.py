"""Simulated passive sensors, which answer through the readout that they hang on."""
