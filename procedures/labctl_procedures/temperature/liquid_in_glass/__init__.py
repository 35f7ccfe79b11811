"""Liquid-in-glass thermometers, read by eye."""
