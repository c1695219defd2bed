"""Exams and the signed policies they are held under."""
