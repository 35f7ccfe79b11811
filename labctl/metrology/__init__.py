"""The mathematics of a calibration: quantities, models, uncertainty, conformity, rounding; no input or output."""
