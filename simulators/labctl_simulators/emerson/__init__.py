"""Simulators of instruments by Emerson (Micro Motion)."""
