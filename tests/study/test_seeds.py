from har_search.study.seeds import replica_seeds, trial_seed


def test_seeds_follow_from_the_trials_own_and_do_not_depend_on_how_many() -> None:
    assert replica_seeds(12, 1) == [12]
    assert replica_seeds(12, 6)[:3] == replica_seeds(12, 3)
    seeds = {each for seed in range(50) for each in replica_seeds(seed, 20)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_seeds_differ_between_trials_and_searches() -> None:
    seeds = {trial_seed(search, number) for search in range(20) for number in range(50)}
    assert len(seeds) == 1000
    assert all(0 <= seed < 2**32 for seed in seeds)
