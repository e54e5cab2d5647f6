"""What authors of exercises work with: `workbook build`, and the proof that an exercise is sound."""
