"""The modules of the program paceline_report, which makes an HTML page of results, and of the figures in
notebooks.

program, main         the program
results, request_log  read the files that paceline wrote, the logs with logged_runs
changes, words        test whether two results differ, and format numbers
figures/              draws the figures, one per module, with style, drawing, tips and svg
headline, sections    write the outcome and the figures as HTML
page, repeat          write the page as one HTML file, with the command that repeats the runs
notebook              writes a fragment for a notebook
"""
