"""The physics that electrical instruments share: circuits, meters, calibrators; and the talk of SCPI multimeters."""
