"""What the screens show and offer, as plain objects; nothing here knows Qt."""
