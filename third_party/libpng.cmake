find_dependency(PNG 1.6)
