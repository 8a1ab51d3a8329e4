"""The test kit: fault points, bounded waits, unique topics, a movable clock, and a capture of what OTLP exports."""
