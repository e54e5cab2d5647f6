"""Has many submissions judged: on the cores of one machine or on a cluster, with the same results."""
