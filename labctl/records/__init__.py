"""Frozen records: what was on the bench, what was shown, what came of it."""
