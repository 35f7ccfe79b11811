"""The window: what a technician sees and clicks during a calibration."""
