"""Noble-metal thermocouples of type S: deviation at fixed points, by comparison."""
