"""Hyperparameter search and leaderboard for the UCI HAR homework challenge."""
