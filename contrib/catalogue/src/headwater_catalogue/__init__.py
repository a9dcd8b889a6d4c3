"""Makes the plugins' catalogues of models from public data."""
