"""Budgets for people and programs: CSV, JSON, HTML and a Pareto plot, as strings; nothing here opens a file."""
