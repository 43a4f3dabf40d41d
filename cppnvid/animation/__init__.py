"""A recipe as numbers over time: path, timing, camera and palette, joined by the scene."""
