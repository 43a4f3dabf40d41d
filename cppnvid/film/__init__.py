"""Frames of one film: pace, motion blur, palette of a GIF, size cap, proof of the loop."""
