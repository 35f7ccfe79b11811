"""Fits of curves to points, whose parameters stay correlated with all that uses them."""
