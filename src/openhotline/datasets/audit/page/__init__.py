"""The page that people read: numbers, plots and tables; no picture, no script."""
