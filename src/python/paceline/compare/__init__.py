"""Compares two results with Google Benchmark's compare.py, and summarizes its table.

summary  runs compare.py and says in plain words which rows moved
sides    reads the two results
"""
