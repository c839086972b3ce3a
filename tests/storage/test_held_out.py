"""What is known of entries on people held out, kept and read back."""

from har_search.challenge.held_out import HeldOut, HeldOutPeople
from har_search.storage.held_out import read, save
from har_search.storage.patient import PatientStorage


def test_people_are_added_and_replaced_in_their_order(storage: PatientStorage) -> None:
    assert read(storage, "quick", 0, 7) == HeldOutPeople(())
    save(storage, "quick", 0, 7, [HeldOut(5, 10, 9), HeldOut(3, 20, 11)])
    save(storage, "quick", 0, 7, [HeldOut(1, 30, 30), HeldOut(5, 10, 8)])
    people = (HeldOut(1, 30, 30), HeldOut(3, 20, 11), HeldOut(5, 10, 8))
    assert read(storage, "quick", 0, 7) == HeldOutPeople(people)


def test_figures_of_another_trial_of_that_id_do_not_stay(storage: PatientStorage) -> None:
    """Optuna gives the id of a deleted study's trial to a new one."""
    save(storage, "quick", 0, 7, [HeldOut(1, 30, 30), HeldOut(3, 20, 11)])
    assert read(storage, "quick", 0, 8) == HeldOutPeople(())
    save(storage, "quick", 0, 8, [HeldOut(3, 20, 19)])
    assert read(storage, "quick", 0, 8) == HeldOutPeople((HeldOut(3, 20, 19),))
    assert read(storage, "quick", 0, 7) == HeldOutPeople(())
