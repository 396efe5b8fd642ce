"""A folder that a third party can verify: files written whole, their digests, and one signed summary of them."""
