"""Drivers for balances by Sartorius."""
