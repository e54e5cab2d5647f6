"""What an instructor and each learner read: tables, pages, and the same as JSON. Same results, same bytes."""
