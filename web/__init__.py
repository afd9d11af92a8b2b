"""The web door: translates clicks into verbs of the office and steps aside.

A view reads the form, calls one verb or one query, and shows or redirects. Who may call it stands
in one table (``authorisation``), what went wrong becomes a sentence in one place (``errors``), and
every rule lives behind this door.
"""
