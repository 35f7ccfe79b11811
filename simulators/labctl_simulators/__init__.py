"""Simulators: instruments that answer on real wires, one file per model, and the worlds that couple them."""
