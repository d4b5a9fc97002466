find_dependency(fmt)
