"""The folder that is handed in: written, and read back without running it."""
