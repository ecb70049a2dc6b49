"""What the model is taken from, and what its words mean: the bibliography and the glossary.

Nothing here makes a number, so that a corrected page or a clearer line leaves stored results as they are.
"""
