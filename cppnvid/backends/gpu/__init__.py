"""Fused drawing on any vendor's graphics: WGSL through wgpu, on Vulkan, Metal and Direct3D 12.

Nothing here is loaded before a machine may have a driver: see `machine.py`.
"""
