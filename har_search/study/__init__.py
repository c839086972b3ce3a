"""What is searched: a study's spec, its file, and every stream of seeds."""
