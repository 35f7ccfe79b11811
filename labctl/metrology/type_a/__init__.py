"""Evaluations from repeated readings, beyond the plain mean: history, groups, time and outliers."""
