"""Simulators of profiles of our own, to which input and output modules of any maker can be set up."""
