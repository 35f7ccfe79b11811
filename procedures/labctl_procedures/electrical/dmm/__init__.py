"""Digital multimeter: DC and AC voltage, DC and AC current, resistance with two and four wires."""
