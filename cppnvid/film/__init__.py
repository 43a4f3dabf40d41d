"""The frames of one film: pace, motion blur, a GIF's palette, the size cap, the proof of its loop."""
