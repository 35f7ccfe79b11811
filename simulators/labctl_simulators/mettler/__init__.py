"""Simulators of balances by Mettler-Toledo."""
