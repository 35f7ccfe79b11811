"""Drivers for instruments by Met One Instruments."""
