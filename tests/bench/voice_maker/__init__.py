"""Makes Piper voices of any size with seeded random weights: noise to the ear, a real
voice's graph, cost, loudness and pace.

Needs torch and piper-tts (``tools/requirements-voices.txt``); nothing of Lectern. Piper's
own classes build the graph, so it is the true one. ``python -m tests.bench.voice_maker``.
"""
