"""For authors of rules: drafts, why a text matches, what is due for review, texts that two rules claim."""
