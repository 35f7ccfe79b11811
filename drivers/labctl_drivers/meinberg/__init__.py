"""Drivers for instruments by Meinberg."""
