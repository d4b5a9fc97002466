"""The modules of src/programs/paceline_report, which makes an HTML page of results.

results, request_log  read the files that paceline wrote
changes, words        test whether two results differ, and format numbers
figures/              draws the figures, one per module, with style and drawing
headline, page        write the page as one HTML file
"""
