"""Lectern beside what others have: same browser, same voice, same text, same threads."""
