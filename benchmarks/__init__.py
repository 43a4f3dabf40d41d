"""What README's speed figures come from; `make bench` runs all of it."""
