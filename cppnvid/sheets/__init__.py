"""Several pictures on one: galleries, storyboards and sheets of palettes."""
