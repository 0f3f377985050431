"""The web house: import, queue, desk, export and the loop back into the reward model."""
