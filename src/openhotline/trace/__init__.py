"""Where an address lies and who can take it down, asked of independent sources through one guarded client."""
