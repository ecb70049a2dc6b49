"""The science: mechanisms, state, and the engine that runs them. Knows nothing of files or plots."""
