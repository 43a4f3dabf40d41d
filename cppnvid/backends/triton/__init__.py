"""Triton twins of the tables a pixel is made from, and the one kernel that fuses them.

`functions.py` is the twin of `networks/activations.py`, `field.py` of `warps.py`, `colour.py` of
`colours.py`; `layers.py` runs the network, `kernel.py` joins them and writes bytes, `plan.py` and
`architecture.py` lay a moment out for it; `backend.py` draws with it.
"""
