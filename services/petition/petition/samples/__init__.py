"""Anonymised samples (抽样) of what was settled, by which volunteer supervisors (义务监督员) watch over the whole."""
