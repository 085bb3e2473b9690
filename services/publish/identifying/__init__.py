"""What in a document may identify somebody: the search, what it knows, and what its findings are called."""
