"""Base-metal thermocouples of type K: deviation from the table."""
