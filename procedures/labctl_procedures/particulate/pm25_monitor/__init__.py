"""PM2.5 monitors in the dust chamber: flow, temperature, pressure, clock, zero, concentration."""
