"""Whose face it is: the photograph, the comparison, the hints of liveness."""
