"""Schema revisions, run by `store.schema`; packaged with the wheel."""
