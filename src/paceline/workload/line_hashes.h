#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paceline {

/// Hashes of a file's lines in order, in bounded memory: one for each line of a short file, one for
/// each few of a long one. Two files of the same lines have the same hashes, and of two files with
/// as many lines the hashes tell about where they differ.
class LineHashes {
 public:
  void add(std::string_view line);

  /// For a log's description of a run: {"count":100,"each":1,"hashes":["…"]}, where `each` says how
  /// many lines a hash stands for.
  std::string json() const;

 private:
  std::uint64_t count_ = 0;
  std::uint64_t each_ = 1;
  std::vector<std::uint64_t> hashes_;
};

}  // namespace paceline
