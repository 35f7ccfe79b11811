"""Industrial platinum resistance thermometers: deviation, ratio, characteristic."""
