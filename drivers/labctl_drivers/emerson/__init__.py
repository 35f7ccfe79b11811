"""Drivers for instruments by Emerson (Micro Motion)."""
