"""Lectern: text to sound with Piper voices, in Pyodide and in CPython alike."""
