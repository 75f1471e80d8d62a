"""A believable network to try everything on. Its true levels are drawn from a documented model and kept."""
