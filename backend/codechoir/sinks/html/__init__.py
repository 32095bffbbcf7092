"""A reading as one web page: the code, the sound, and the word that sounds marked in sync."""
