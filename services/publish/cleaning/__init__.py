"""Documents made fit to publish: read, cleaned, and read again, in a process apart."""
