"""How records are shown: plain values for the answers, made from rows that the caller may see."""
