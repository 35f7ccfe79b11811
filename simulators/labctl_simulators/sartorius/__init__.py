"""Simulators of balances by Sartorius."""
