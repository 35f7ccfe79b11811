"""Digital thermometers with a probe."""
