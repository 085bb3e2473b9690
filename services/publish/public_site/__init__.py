"""The public site: its pages as files, its search, and what serves both."""
