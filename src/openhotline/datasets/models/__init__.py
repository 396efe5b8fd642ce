"""Files of models: hashed without being loaded, compared with listed ones tensor by tensor."""
