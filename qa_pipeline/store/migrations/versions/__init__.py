"""One module a revision: add one, add its id to `store.schema.REVISIONS`."""
