"""Compares two results with Google Benchmark's compare.py, and summarizes its table.

program     the program paceline_compare
summary     runs compare.py and says in plain words which rows moved
sides       reads the two results
compare_py  finds compare.py
"""
