find_dependency(GTest)
