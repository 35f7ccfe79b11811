"""Use cases: what a person or a program can ask of labctl as a whole, and the mains of its processes."""
