"""Heat: volumes that are controlled, media that sensors stand in, and what sensors make of a temperature."""
