"""Vaisala: transmitters of the state of the air."""
