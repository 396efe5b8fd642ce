"""A data set written back without what an audit found: the same files in the same form, and the original untouched.

Nothing that is to be removed is ever written, not even for a moment; what was written is read again before it counts.
"""
