"""A demonstration played through the interface, as agencies' systems would call it."""
