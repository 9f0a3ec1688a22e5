"""Who speaks where in a text: blocks of a speaker, interviews, reported speech."""
