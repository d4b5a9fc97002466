"""The modules of the program paceline_report, which makes an HTML page of results.

program, main         the program
results, request_log  read the files that paceline wrote
changes, words        test whether two results differ, and format numbers
figures/              draws the figures, one per module, with style and drawing
headline, page        write the page as one HTML file
"""
