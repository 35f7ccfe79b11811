"""Procedures: how each kind of instrument is calibrated, one folder per method."""
