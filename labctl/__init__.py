"""A calibration laboratory's control system, from the bytes on a wire to the certificate."""

__version__ = "0.1.0"
