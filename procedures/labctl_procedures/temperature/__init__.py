"""Methods of the field of temperature."""
