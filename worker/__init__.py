"""The door through which Celery comes in: tasks of one id and one call each."""
