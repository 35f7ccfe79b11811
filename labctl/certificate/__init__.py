"""What leaves the laboratory: the composed certificate, its pages, its machine-readable twin, the record bundle."""
