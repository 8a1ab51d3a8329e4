"""Tests of a whole suite. Modules that need no other settings than the usual share one, which ends with the package."""
