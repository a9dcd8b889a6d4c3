"""Transforms over any stream: aggregate, buffer, tee, merge, callbacks, a reducer."""
