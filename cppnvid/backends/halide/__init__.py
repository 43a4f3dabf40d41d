"""Halide twins of the tables a pixel is made from, and the pipeline that fuses them.

`functions.py` is the twin of `networks/activations.py`, `field.py` of `warps.py`, `colour.py` of
`colours.py`; `pipeline.py` joins and schedules them, and `backend.py` draws with it.
"""
