"""BORDER: the review page, on this machine only until there are logins."""
