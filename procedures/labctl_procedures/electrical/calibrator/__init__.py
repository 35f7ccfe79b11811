"""Multifunction calibrator: each function against a reference multimeter, 10 V by transfer from a voltage reference."""
