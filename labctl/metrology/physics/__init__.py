"""Equations of physics that calibrations rest on: temperature scales and sensors, water, air, buoyancy, gas."""
