"""Signed provenance: manifests (C2PA), who vouches for their signers, and what follows from each state."""
