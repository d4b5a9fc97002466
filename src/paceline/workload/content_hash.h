#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace paceline::workload {

/// A hash of bytes that is the same in every build and version, so files may store it. It detects
/// changes, but is not cryptographic: collisions can be constructed.
std::uint64_t content_hash(std::string_view bytes, std::uint64_t seed = 0);

/// The hash as files store it: 16 hexadecimal digits.
std::string content_hash_text(std::string_view bytes);

/// Hashes of a file's lines, in order, at most 128: of a long file, one hash stands for several
/// successive lines. Files with equal lines have equal hashes. For two files with the same number
/// of lines, the hashes show roughly where they differ.
class LineHashes {
 public:
  void add(std::string_view line);

  /// The hashes as a log stores them: {"count":100,"each":1,"hashes":["…"]}. `each` is the number
  /// of lines per hash.
  std::string json() const;

 private:
  std::uint64_t count_ = 0;
  std::uint64_t each_ = 1;
  std::vector<std::uint64_t> hashes_;
};

}  // namespace paceline::workload
