"""What an experiment is: its file, strategies, conditions, points of a design, and when it has run enough."""
