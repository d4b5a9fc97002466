find_dependency(benchmark 1.7)
