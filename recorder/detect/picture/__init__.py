"""Can this picture be judged at all, does it move, and is it a live one?"""
