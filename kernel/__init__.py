"""What every part stands on: settings, database, object store, bells, clock, errors, log, words."""
