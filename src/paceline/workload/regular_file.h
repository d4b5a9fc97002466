#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

namespace paceline {

/// A file that is open for reading at any place, by any thread. It is read, not mapped: a file that
/// somebody cuts short then ends early, where a mapping would end the program with SIGBUS.
class RegularFile {
 public:
  /// A sentence when there is no such file, or it is no regular one.
  static std::variant<RegularFile, std::string> open(const std::string& path);
  RegularFile(RegularFile&& other) noexcept;
  RegularFile& operator=(RegularFile&&) = delete;
  ~RegularFile();

  const std::string& path() const { return path_; }
  /// In bytes, when it was opened.
  std::uint64_t size() const { return size_; }

  /// Reads up to `length` bytes at `offset`, fewer only at the file's end; gives how many. A
  /// sentence when the disk fails.
  std::variant<std::size_t, std::string> read(std::uint64_t offset, char* bytes,
                                              std::size_t length) const;

 private:
  RegularFile(std::string path, int descriptor);

  std::string path_;
  int descriptor_;
  std::uint64_t size_ = 0;
};

}  // namespace paceline
