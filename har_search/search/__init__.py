"""How trials are made: a study, its workers, and a budget kept to the last trial."""
