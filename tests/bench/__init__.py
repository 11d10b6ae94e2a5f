"""How fast an export is, against PostgreSQL's own tools on the same rows in the same run: ``make bench``.

Every figure is a ratio of medians; nothing here is a test that could fail for a slow machine.
"""
