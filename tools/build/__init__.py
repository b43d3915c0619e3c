"""What ``build.py`` does: one module a job, standard library only."""
