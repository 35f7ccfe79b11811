"""Digital multimeters, DC voltage."""
