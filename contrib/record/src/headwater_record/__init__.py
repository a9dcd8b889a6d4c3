"""Records what providers send, and plays it back."""
