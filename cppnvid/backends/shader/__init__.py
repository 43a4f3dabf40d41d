"""A moment as a shader: one text for each function, printed as GLSL ES 3.00 or as WGSL.

The live page, Shadertoy, ISF and the backend for every vendor's graphics share it. What of a moment
is source (`architecture`) and what is numbers (`layout`) is decided here, once.
"""
