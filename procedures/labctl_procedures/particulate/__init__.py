"""Monitors of particles in air."""
