"""The checks of all exercises, one module a lesson; each lists its exercises in EXERCISES."""
