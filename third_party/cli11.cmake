find_dependency(CLI11 2)
