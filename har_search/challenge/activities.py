"""The six activities and the 561 features: the shape of every window and every answer."""

ACTIVITIES = (
    "WALKING",
    "WALKING_UPSTAIRS",
    "WALKING_DOWNSTAIRS",
    "SITTING",
    "STANDING",
    "LAYING",
)
FEATURE_COUNT = 561


def activity_name(activity: str) -> str:
    """Write an activity's name for people: `WALKING_UPSTAIRS` is walking upstairs."""
    return activity.replace("_", " ").lower()


_SHORT = ("walk", "up", "down", "sit", "stand", "lay")


def short_activity_name(activity: str) -> str:
    """Write an activity's name where there is little room: `WALKING_UPSTAIRS` is up."""
    return _SHORT[ACTIVITIES.index(activity)]
