"""A sandbox that others keep, over HTTP: Piston or Judge0.

What its walls are worth is for whoever runs it; here is only tried that it keeps time, and that its
languages run. Nothing is known of a candidate there but the program and what it reads.
"""
