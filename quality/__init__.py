"""How good the scores are: a corpus with reference scores, and what is measured over it."""
