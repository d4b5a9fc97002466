find_dependency(nlohmann_json 3.11)
