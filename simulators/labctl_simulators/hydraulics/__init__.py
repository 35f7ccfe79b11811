"""Water in pipes and tanks: what flow instruments have in common, whatever they speak."""
