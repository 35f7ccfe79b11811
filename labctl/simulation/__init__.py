"""Simulated benches: a world with its own time, instruments that speak as their manuals print, faults on demand."""
