"""What a file says and shows without a signature: labels, generators' texts, marks in the pixels, traces of a camera."""
