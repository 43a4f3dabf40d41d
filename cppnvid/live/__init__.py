"""A film that is drawn where it is watched: its numbers, and the page that plays them."""
