"""Balances and weighing terminals of Mettler-Toledo."""
