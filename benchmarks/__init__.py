"""How fast the lab is, as ratios to plain moto in the same run: `make bench`."""
