"""Drivers for instruments by ABB."""
