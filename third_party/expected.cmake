find_dependency(tl-expected)
