"""Precision and recall of each activity, also of one that nothing was taken for."""

from har_search.board.confusion import ActivityFigures, per_activity


def test_rows_are_activities_and_columns_what_they_were_taken_for() -> None:
    confusion = [[0] * 6 for _ in range(6)]
    confusion[0] = [8, 2, 0, 0, 0, 0]  # 2 windows of walking taken for walking upstairs
    confusion[1] = [0, 6, 0, 0, 0, 0]
    confusion[3] = [4, 0, 0, 0, 0, 0]  # never recognised
    walking, upstairs, downstairs, sitting, *_ = per_activity(confusion)
    assert walking == ActivityFigures("WALKING", 10, precision=8 / 12, recall=0.8)
    assert upstairs == ActivityFigures("WALKING_UPSTAIRS", 6, precision=0.75, recall=1.0)
    assert downstairs == ActivityFigures("WALKING_DOWNSTAIRS", 0, precision=None, recall=None)
    assert sitting == ActivityFigures("SITTING", 4, precision=None, recall=0.0)
