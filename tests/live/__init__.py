"""Tests of films that are drawn where they are watched."""
