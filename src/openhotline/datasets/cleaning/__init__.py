"""Writing a data set back without what was hit. The original is untouched."""
