"""What is typed in Python and stands above all layers: stored results with all that can be asked of them."""
