"""Outcomes with defined windows, paired comparisons, findings in sentences, and the story of one run."""
