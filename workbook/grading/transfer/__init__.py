"""Brings marks to where a school keeps them: sheets of Moodle, Canvas, Blackboard; nbgrader's gradebook."""
