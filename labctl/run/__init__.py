"""A run: every loop around a procedure's functions, what people ask of it, and what leaves the bench safe."""
