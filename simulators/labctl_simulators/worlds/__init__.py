"""How the instruments of a bench act on each other, one module for each field."""
