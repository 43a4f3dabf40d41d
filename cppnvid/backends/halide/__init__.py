"""Halide twins of the tables a pixel is made from, and the pipeline that fuses them.

`functions.py` is the twin of the tables in `sampling.py`, `field.py` of `warps.py`, `colour.py` of
`palette.py`; `pipeline.py` joins and schedules them, and `backend.py` draws with it.
"""
