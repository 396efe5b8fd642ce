"""The gate: a small service of its own that says whether a file is on a list, for platforms that hold one.

One call hashes the file in a confined process, matches it, and tells what it says of its origin. Callers are
identified and limited; every question is a line in the gate's own chained log; lists are replaced while it runs.
``openhotline gate`` starts it; ``openhotline match`` asks the same lists without any service.
"""
