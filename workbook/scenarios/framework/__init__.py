"""What all scenarios have in common: settings, shown code, a run, its account, and the panel."""
