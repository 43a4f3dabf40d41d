"""A file under a cap: what is given up for it, and how little of it must be drawn and encoded.

A recipe's ladder lists what can be given up, one step at a time. A few frames predict which rung
fits. The film is then drawn once and its frames are kept, so that coding them more coarsely draws
nothing again. Nothing is published before it fits: trials lie in a folder of their own beside the
output.
"""

from cppnvid.film.size_cap.fitting import write_fitted as write_fitted
