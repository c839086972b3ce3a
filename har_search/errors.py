"""The exceptions that a person can do something about.

    HarSearchError
    ├── DataError          the data set is missing, damaged or not what it says
    ├── StudyFileError     a study file says something impossible
    ├── StudyMismatchError a stored study is not the one asked for
    ├── StorageError       the database cannot be opened, read or written
    ├── NotFoundError      no such study or trial
    ├── SearchStoppedError the search ended itself, with the cause
    ├── TrainingStoppedError  processes that train for a command keep being killed
    ├── ExportError        a trial's folder cannot be written or read
    └── OptionError        an option's value makes no sense

Every message names the cause and, where there is one, the cure. The command line prints it as one
`error:` line and exits with 1; any other exception keeps its traceback, because it is a bug.
"""


class HarSearchError(Exception):
    """Something that the user can mend; the message says what and how."""


class DataError(HarSearchError):
    """The data set is missing, damaged or not the one expected."""


class StudyFileError(HarSearchError):
    """A study file holds an unknown key, a wrong type or an impossible range."""


class StudyMismatchError(HarSearchError):
    """The stored study has another search space, another recipe or other data."""


class StorageError(HarSearchError):
    """The database cannot be opened, read or written."""


class NotFoundError(HarSearchError):
    """No study or no trial of that name or number."""


class SearchStoppedError(HarSearchError):
    """The search stopped itself; the message holds the cause."""


class TrainingStoppedError(HarSearchError):
    """The processes that train for a command were killed again and again."""


class ExportError(HarSearchError):
    """A trial cannot be exported to a folder, or the folder is no exported trial."""


class OptionError(HarSearchError):
    """An option's value makes no sense."""
