"""The use case behind `labctl evaluate`: a calculation that a file states, its budget, intervals and report."""
