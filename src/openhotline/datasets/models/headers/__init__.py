"""Headers of model files, read. Runs only in a confined process: bytes in, a list of tensors out.

Nothing here is executed that a file says, nothing is unpickled, and no library of a model's format is asked.
"""
