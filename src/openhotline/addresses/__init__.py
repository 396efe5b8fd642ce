"""Addresses as reporters write them, in one normal form: the same place reported twice is one place."""
