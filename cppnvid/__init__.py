"""Animations and videos painted by small random neural networks."""
