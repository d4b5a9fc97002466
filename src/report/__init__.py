"""A page of results for people: what src/programs/paceline_report is made of.

results, request_log  read what paceline wrote
changes, words        say whether two results differ, and figures as text
figures/              draws them, one module a figure, with style and drawing
headline, page        put all of it into one HTML file
"""
