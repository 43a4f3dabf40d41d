"""A recipe as numbers over time: path, pace, camera and palette, joined in a Scene."""
