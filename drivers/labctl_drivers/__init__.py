"""Drivers: how each instrument is asked, one file per model."""
