"""The parts of a check, one idea each."""
