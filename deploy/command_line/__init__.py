"""`safeguarding`: the office's command line, and the commands by which a system is set up."""
