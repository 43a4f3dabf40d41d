"""Colour: rasters, Oklab, gradients, dither, and the formulas that numpy and torch share."""
