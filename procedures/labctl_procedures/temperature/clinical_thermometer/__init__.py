"""Clinical electronic thermometers that hold their highest indication."""
